// The usual loop in Node: one kept-alive connection, child_process.spawn per event, bodies as buffers (no JSON is
// decoded). stderr is inherited, which costs nothing: a favour to this row.
import { spawn } from "node:child_process";
import http from "node:http";

const [command, ...args] = process.argv.slice(2);
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const base = "/2018-06-01/runtime/invocation/";
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
    return new Promise((resolve, reject) => {
        const headers = body ? { "Content-Length": body.length } : {};
        const request = http.request({ agent, host, port, method, path: base + path, headers }, (response) => {
            const parts = [];
            response.on("data", (part) => parts.push(part));
            response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(parts) }));
            response.on("error", reject);
        });
        request.on("error", reject);
        request.end(body);
    });
}

function run(event) {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
        const parts = [];
        child.stdout.on("data", (part) => parts.push(part));
        child.stdin.on("error", () => {}); // a program need not read its event
        child.on("error", reject);
        child.on("close", (code) => (code === 0 ? resolve(Buffer.concat(parts)) : reject(new Error(`status ${code}`))));
        child.stdin.end(event);
    });
}

for (;;) {
    const next = await call("GET", "next");
    const output = await run(next.body);
    await call("POST", `${next.headers["lambda-runtime-aws-request-id"]}/response`, output);
}
