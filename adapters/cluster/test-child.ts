/** A process of the contract test: runs a feed and does what the test says. */
import type { Change } from '../../gateway/ports/change-feed.ts';
import { ClusterChangeFeed } from './change-feed.ts';

/** What the test asks of a child; `relay` is what belongs to the feeds themselves. */
export type ChildCommand =
  | { readonly do: 'publish'; readonly changes: readonly Change[] }
  | { readonly do: 'subscribe'; readonly id: number; readonly topic: string }
  | { readonly do: 'dispose'; readonly id: number }
  | { readonly do: 'ping'; readonly id: number }
  | { readonly do: 'relay'; readonly message: unknown };

export type ChildReport =
  | { readonly did: 'told'; readonly id: number; readonly change: Change }
  | { readonly did: 'ping'; readonly id: number }
  | { readonly did: 'relay'; readonly message: unknown };

if (process.send !== undefined) runChild();

function runChild(): void {
  const report = (message: ChildReport): unknown => process.send?.(message);
  const relayed = new Set<(message: unknown) => void>();
  const subscriptions = new Map<number, Disposable>();
  const feed = new ClusterChangeFeed({
    send: (message) => report({ did: 'relay', message }),
    subscribe(listener) {
      relayed.add(listener);
      return { [Symbol.dispose]: () => relayed.delete(listener) };
    },
  });
  process.on('message', (message) => {
    const command = message as ChildCommand;
    if (command.do === 'publish') feed.publish(command.changes);
    else if (command.do === 'dispose') subscriptions.get(command.id)?.[Symbol.dispose]();
    else if (command.do === 'ping') report({ did: 'ping', id: command.id });
    else if (command.do === 'relay') for (const listener of relayed) listener(command.message);
    else {
      const { id } = command;
      subscriptions.set(
        id,
        feed.subscribe(command.topic, (change) => report({ did: 'told', id, change })),
      );
    }
  });
}
