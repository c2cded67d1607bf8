/** Looks once a day whether the local certificate must be made anew, so that it never ends while the gateway runs. */
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { TlsContexts } from '../server/tls-contexts.ts';
import { prepareCertificates } from './certificates/index.ts';
import type { Config, Environment } from './config/load.ts';
import { dataDirOf } from './stores.ts';

const intervalMs = 86_400_000;

export interface RenewalDependencies {
  readonly currentConfig: () => Config;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Log;
  readonly contexts: TlsContexts;
  /** Otherwise another process of this machine makes certificates, and this one reads what it made. */
  readonly makes: boolean;
}

export function startCertificateRenewal(dependencies: RenewalDependencies): AsyncDisposable {
  const stop = new AbortController();
  const running = run(dependencies, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

async function run(dependencies: RenewalDependencies, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await setTimeout(intervalMs, undefined, { signal, ref: false });
      await renewCertificates(dependencies);
    } catch (error) {
      if (!signal.aborted) dependencies.log.error('tls.renewal', { result: 'failed', error });
    }
  }
}

/** @returns whether a certificate was made here */
export async function renewCertificates(dependencies: RenewalDependencies): Promise<boolean> {
  const { currentConfig, environment, clock, log, contexts, makes } = dependencies;
  if (!makes) {
    await contexts.reloadCertificates();
    return false;
  }
  const config = currentConfig();
  const certificates = await prepareCertificates(config, dataDirOf(config), environment, clock);
  if (!certificates.renewed) return false;
  await contexts.reloadCertificates(certificates.files);
  log.info('tls.renewal', { result: 'ok' });
  return true;
}
