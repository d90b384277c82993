"""The classroom on Kubernetes: the image, values for Zero to JupyterHub, a pod a class, and what they take."""
