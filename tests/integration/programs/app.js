// A web application that knows nothing of tracing: it asks itself once, then ends.
const http = require("node:http");

const server = http.createServer((request, response) => response.end("hello you\n"));
server.listen(0, "127.0.0.1", () => {
  http.get({ port: server.address().port, path: "/hello/you", agent: false }, (answer) => {
    answer.pipe(process.stdout);
    answer.on("end", () => server.close());
  });
});
