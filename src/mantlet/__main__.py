"""The command: one way in, and the one place where an error becomes text and an exit code."""

from __future__ import annotations

import sys

EXIT_BUG = 70
EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from mantlet import __version__  # noqa: PLC0415  (answers before anything else is imported)

        sys.stdout.write(f"mantlet {__version__}\n")
        return
    sys.exit(run())


def run() -> int:
    """Run a command and return its exit code."""
    import gc  # noqa: PLC0415
    import os  # noqa: PLC0415

    gc.set_threshold(100_000, 50, 50)  # large models make many objects that all live to the end
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # starting NumPy's threads takes 40 ms, and nothing uses them
    from mantlet.base.errors import MantletError  # noqa: PLC0415

    try:
        from mantlet.cli.plain import answered  # noqa: PLC0415

        if answered(sys.argv[1:]):
            return 0
        from mantlet.cli.app import app  # noqa: PLC0415

        return int(app(standalone_mode=False, prog_name="mantlet") or 0)
    except MantletError as error:
        from mantlet.base.printable import printable  # noqa: PLC0415

        sys.stderr.write(f"{printable(error.diagnostics())}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return 0
    except Exception as error:  # noqa: BLE001  (the last line of defence: a bug must not look like a finding)
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    """Show usage errors as such; report everything else as a bug of ours."""
    import typer  # noqa: PLC0415

    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, typer.Abort):
        sys.stderr.write("Stopped.\n")
        return EXIT_INTERRUPTED
    show = getattr(error, "show", None)
    if (
        show is not None
    ):  # a usage error of the command line library, whose classes differ between its versions
        show()
        return int(getattr(error, "exit_code", 2))
    import os  # noqa: PLC0415
    import traceback  # noqa: PLC0415

    if os.environ.get("MANTLET_DEBUG"):
        traceback.print_exception(error)
    where = traceback.extract_tb(error.__traceback__)[-1]
    sys.stderr.write(
        f"mantlet has a bug: {type(error).__name__}: {error} ({where.name}, line {where.lineno})\n"
        "  → please report it with the command you ran; MANTLET_DEBUG=1 shows more\n"
    )
    return EXIT_BUG


def _drop_output() -> None:
    """Let nothing more be written to a pipe whose reader has gone."""
    import os  # noqa: PLC0415

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
