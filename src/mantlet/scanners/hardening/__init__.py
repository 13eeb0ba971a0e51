"""Hardening: settings of containers, clusters, clouds and servers that leave a door open."""
