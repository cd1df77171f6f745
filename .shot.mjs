import { chromium } from 'playwright-core';
import fs from 'node:fs';
const {cookie}=JSON.parse(fs.readFileSync('/tmp/own.json')); const [name,value]=cookie.split('=');
const base=process.env.BASE??'http://localhost:7510';
const b=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox','--disable-gpu','--disable-quic','--no-first-run','--disable-background-networking','--disable-component-update','--disable-sync']});
const width=Number(process.env.W??1440); const dark=process.env.DARK==='1';
const ctx=await b.newContext({viewport:{width,height:width<600?844:1000},colorScheme:dark?'dark':'light'});
await ctx.addCookies([{name,value,domain:'localhost',path:'/'}]);
for (const p of process.argv.slice(2)) { const page=await ctx.newPage(); page.on('console',m=>{if(m.type()==='error'||m.type()==='warning')console.log('console',p,m.text().slice(0,300))}); page.on('pageerror',e=>console.log('pageerror',p,e.message.slice(0,300)));
 await page.goto(base+p); await page.waitForTimeout(1500); const f='/tmp/shot'+p.replaceAll(/[^a-z0-9]/gi,'_')+'_'+width+(dark?'_dark':'')+'.png'; await page.screenshot({path:f}); console.log(f); await page.close(); }
await b.close();
