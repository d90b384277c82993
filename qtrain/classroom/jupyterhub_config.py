"""JupyterHub's configuration for a class, from the settings in the class's folder; read by JupyterHub itself."""

import os
from pathlib import Path

from qtrain.classroom import own_pages, pages, settings
from qtrain.classroom.capacity import learner_mib, learners_that_fit, memory_here
from qtrain.classroom.lti import platform
from qtrain.classroom.server import FOLDER

c = get_config()  # noqa: F821 -- JupyterHub's
told = settings.load(Path(os.environ[settings.FOLDER]))

c.JupyterHub.bind_url = f"http://{told.address or '0.0.0.0'}:{told.port}"
c.JupyterHub.hub_bind_url = c.JupyterHub.hub_connect_url = told.url("hub")
c.JupyterHub.hub_socket_mode = 0o666  # learners' servers ask the hub who comes
c.JupyterHub.proxy_class = "qtrain.classroom.proxy.SocketProxy"
c.ConfigurableHTTPProxy.should_start = False  # a process of its own: the hub may start again, and no connection breaks
c.ConfigurableHTTPProxy.api_url = told.url("proxy")
c.Proxy.extra_routes = {"/services/class/": told.url("service")}  # JupyterHub itself knows services on ports only
c.ConfigurableHTTPProxy.auth_token = os.environ["CONFIGPROXY_AUTH_TOKEN"]
c.JupyterHub.cleanup_servers = c.JupyterHub.cleanup_proxy = False  # a new start of the hub ends nobody's work
c.JupyterHub.db_url = f"sqlite:///{told.state / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(told.state / "cookie_secret")
c.JupyterHub.log_level = "WARN"

c.JupyterHub.authenticator_class = (
    "qtrain.classroom.lti.beside_slips.RosterOrPlatformAuthenticator"
    if platform.there_is(told.folder)
    else "qtrain.classroom.authenticator.RosterAuthenticator"
)
c.JupyterHub.template_paths = [str(pages.TEMPLATES)]
c.RosterAuthenticator.folder = str(told.folder)
c.RosterAuthenticator.teachers = list(told.teachers)
c.Authenticator.admin_users = set()  # a teacher has the class's page; nobody enters a learner's server


def first_page(handler):
    """Teachers come to the class's page, learners to their lab."""
    user = handler.current_user
    return "/services/class/" if user is not None and user.name in told.teachers else ""


c.JupyterHub.default_url = first_page
c.Authenticator.post_auth_hook = own_pages.forget

c.JupyterHub.spawner_class = "qtrain.classroom.spawner.NurserySpawner"
c.NurserySpawner.folder = str(told.folder)
c.Spawner.args = [f"--config={Path(__file__).with_name('server_config.py')}", "--log-level=WARN"]
c.Spawner.default_url = "/lab/tree/start_here.md"
c.Spawner.notebook_dir = f"~/{FOLDER}"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
c.Spawner.poll_interval = 5
c.JupyterHub.concurrent_spawn_limit = 0  # the spawner has a queue, so nobody is told to try again
# Rather a sentence at sign-in than a class without memory.
c.JupyterHub.active_server_limit = told.seats or learners_that_fit(memory_here(), learner_mib(told.immortal))

c.JupyterHub.services = [
    {
        "name": "class",
        "api_token": os.environ["QTRAIN_SERVICE_TOKEN"],
        "oauth_redirect_uri": "/services/class/oauth_callback",
        "oauth_no_confirm": True,
    },
    {"name": "keeper", "api_token": os.environ["QTRAIN_KEEPER_TOKEN"]},  # the supervisor
]
c.JupyterHub.load_roles = [
    {"name": "server", "scopes": ["users:activity!user", "access:servers!server", "access:services!service=class"]},
    {"name": "user", "scopes": ["self", "access:services!service=class"]},
    {"name": "keeper", "services": ["keeper"], "scopes": ["proxy", "list:users", "delete:servers"]},
]
