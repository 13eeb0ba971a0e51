"""The version, where everything may read it without importing the package's faces."""

VERSION = "0.1.0"
