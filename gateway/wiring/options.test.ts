import test from 'ava';
import { defaultAuthOptions } from '../auth/options.ts';
import { defaultDavOptions } from '../dav/options.ts';
import { defaultHttpLimits } from '../server/http-handler.ts';
import { defaultListenerLimits } from '../server/listener-options.ts';
import { configFrom } from './config/load.ts';
import { authOptions, davOptions, httpLimits, listenerLimits } from './options.ts';

test('configuration: what it leaves out has the defaults of the parts themselves', async (t) => {
  const { limits } = await configFrom({}, '/');
  t.deepEqual(davOptions(limits.dav), defaultDavOptions);
  t.deepEqual(authOptions(limits.auth), defaultAuthOptions);
  t.deepEqual(httpLimits(limits.http), defaultHttpLimits);
  t.deepEqual(listenerLimits(limits.connections), defaultListenerLimits);
});
