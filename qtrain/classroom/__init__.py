"""The classroom: one computer serves a class, on JupyterHub."""
