// Loaded into JupyterHub's proxy before its own program. Connections to sockets of this computer are kept open, as it
// keeps those to ports. Else a server closes each of them after its answer, and the proxy, which ends what it sends with
// an empty write, takes a connection that was closed a moment before it for a failure: a 503 for what was done.
import { pathToFileURL } from "node:url";

const { ConfigurableProxy } = await import(new URL("../lib/configproxy.js", pathToFileURL(process.argv[1])));

const options = ConfigurableProxy.prototype.proxyOptsForTarget;
ConfigurableProxy.prototype.proxyOptsForTarget = function (target) {
  const found = options.call(this, target);
  if (target.socketPath) found.agent = this.httpAgent;
  return found;
};

const pass = ConfigurableProxy.prototype.handleProxy;
ConfigurableProxy.prototype.handleProxy = function (kind, request, ...more) {
  if (kind === "web") delete request.headers.connection; // what a browser does with its own connection is not ours
  return pass.call(this, kind, request, ...more);
};
