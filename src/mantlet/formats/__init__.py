"""Files of other tools, read and written: one module or small package per format, all behind `registry`."""
