// Loaded into JupyterHub's proxy before its own program. What comes for /user/NAME goes there only with the sign of NAME's
// own browser (see own_pages.py); everything else goes to the hub, which gives the sign or says whose pages these are.
import { createHmac, timingSafeEqual } from "node:crypto";
import { pathToFileURL } from "node:url";

const { ConfigurableProxy } = await import(new URL("../lib/configproxy.js", pathToFileURL(process.argv[1])));
const key = process.env.QTRAIN_PAGES_KEY;
if (!key) throw new Error("QTRAIN_PAGES_KEY is not set");

function cookie(request, name) {
  const found = (request.headers.cookie || "").split(";").map((one) => one.trim());
  return (found.find((one) => one.startsWith(name + "=")) || "").slice(name.length + 1);
}

function isOwn(request, prefix) {
  const session = cookie(request, "jupyterhub-session-id");
  const wanted = createHmac("sha256", key).update(`${prefix}\n${session}`).digest("hex");
  const given = cookie(request, "qtrain-own-pages");
  return session !== "" && given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted));
}

const find = ConfigurableProxy.prototype.targetForReq;
ConfigurableProxy.prototype.targetForReq = async function (request) {
  const match = await find.call(this, request);
  if (!match || !match.prefix.startsWith("/user/") || isOwn(request, match.prefix)) return match;
  request.url = "/hub/own-pages?next=" + encodeURIComponent(request.url);
  return find.call(this, request);
};
