"""Jupyter's configuration of a learner's server."""

c = get_config()  # noqa: F821 -- Jupyter's

c.ServerApp.jpserver_extensions = {
    "jupyterlab": True,
    "qtrain.classroom.extension": True,
    "jupyter_lsp": False,
    "notebook_shim": False,
    "jupyter_server_terminals": False,
}
c.ServerApp.terminals_enabled = False
c.ServerApp.shutdown_no_activity_timeout = 3600  # seconds without kernels and without requests
c.ServerApp.tornado_settings = {"compress_response": True}
c.ServerApp.contents_manager_class = "qtrain.course.whole_files.WholeFiles"
c.LanguageServerManager.autodetect = False
c.MultiKernelManager.default_kernel_name = "python3"
c.MappingKernelManager.cull_idle_timeout = 1800
c.MappingKernelManager.cull_interval = 60
c.MappingKernelManager.cull_connected = True
c.MappingKernelManager.cull_busy = False
c.KernelManager.transport = "ipc"
c.LabApp.extension_manager = "readonly"
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.news_url = None
