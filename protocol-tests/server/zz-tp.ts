import { sendStream, sendOctets } from '../../gateway/server/send-stream.ts';
import { openHttpListener } from '../../gateway/server/http-server.ts';
import { defaultHttpLimits } from '../../gateway/server/http-handler.ts';
import { defaultListenerLimits } from '../../gateway/server/listener-options.ts';
import { silentLog as log } from '../../gateway/ports/log.ts';
import { loadTlsContexts } from '../../gateway/server/tls-contexts.ts';
import { createConnectionIds } from '../../gateway/server/connection-ids.ts';
import { systemClock } from '../../gateway/ports/clock.ts';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
const contexts = await loadTlsContexts({ certificates: [{certificateFile:'/tmp/tp/c.pem',privateKeyFile:'/tmp/tp/k.pem'}], log });
const handler = async (req, res, conn, ex) => {
  if (req.method==='PUT') { if (req.headers.expect) res.writeContinue(); let n=0, k=0; const how=new URL(req.url,'http://x').searchParams.get('how');
    if (how==='iter') for await (const c of req) { n+=c.length; k++; }
    else if (how==='data') await new Promise(r=>{req.on('data',c=>{n+=c.length;k++}); req.on('end',r)});
    else if (how==='file') { const f=await open('/tmp/tp/out','w'); let parts=[],m=0; for await (const c of req) { n+=c.length; parts.push(c); m+=c.length; if(m>=262144){ await f.writev(parts); parts=[];m=0; } } await f.writev(parts); await f.datasync(); await f.close(); }
    else if (how==='fileov') { const f=await open('/tmp/tp/out','w'); let parts=[],m=0,w=Promise.resolve(); for await (const c of req) { n+=c.length; parts.push(c); m+=c.length; if(m>=262144){ await w; w=f.writev(parts); parts=[];m=0; } } await w; await f.writev(parts); await f.datasync(); await f.close(); }
    res.end(n+' '+k+'\n'); return; }
  const u = new URL(req.url, 'http://x'); const hwm = Number(u.searchParams.get('hwm') ?? 65536); const mode = u.searchParams.get('mode') ?? 'pipe';
  res.writeHead(200, {'content-length': 100000000});
  if (mode === 'ss') return sendStream(res, createReadStream('/tmp/tp/100m', { highWaterMark: hwm }), ex.signal);
  if (mode === 'so') { const f=await open('/tmp/tp/100m'); try { await sendOctets(res, {read: async (b,p)=>(await f.read(b,0,b.length,p)).bytesRead}, 0, 100000000, ex.signal); } finally { await f.close(); } return; }
  if (mode === 'pipe') return pipeline(createReadStream('/tmp/tp/100m', { highWaterMark: hwm }), res, { signal: ex.signal });
  if (mode === 'mem') { const b = Buffer.alloc(hwm); let n = 100000000; while (n>0) { const c = Math.min(n,hwm); n-=c; if (!res.write(c===hwm?b:b.subarray(0,c)) ) await new Promise(r=>res.once('drain',r)); } res.end(); return; }
  if (mode === 'dbl') { // two buffers reused, read next while writing this
    const f = await open('/tmp/tp/100m'); const bufs=[Buffer.allocUnsafeSlow(hwm),Buffer.allocUnsafeSlow(hwm)]; let i=0;
    let next = f.read(bufs[0],0,hwm);
    for(;;){ const {bytesRead}=await next; if(!bytesRead) break; const b=bufs[i&1].subarray(0,bytesRead); i++; 
      const w=new Promise(r=>res.write(b,r)); next=f.read(bufs[i&1],0,hwm); await w; }
    await f.close(); res.end(); return; }
};
await openHttpListener({ name: 'https', address: '127.0.0.1', port: 5444, limits: defaultListenerLimits, tls: { mode: 'implicit', contexts, alpnProtocols: ['http/1.1'] } }, handler, defaultHttpLimits, { log, clock: systemClock, nextConnectionId: createConnectionIds(randomBytes) });
