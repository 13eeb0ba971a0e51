"""The command: one way in, and the one place where an error becomes text and an exit code."""

from __future__ import annotations

import sys

EXIT_INPUT = 2
EXIT_BUG = 70
EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from mantlet import __version__  # noqa: PLC0415  (answers before anything else is imported)

        sys.stdout.write(f"mantlet {__version__}\n")
        return
    code = run()
    plain = sys.modules.get("mantlet.cli.plain")
    if plain is not None and plain.done:
        import os  # noqa: PLC0415

        sys.stderr.flush()
        os._exit(
            code
        )  # all is written; taking thousands of objects apart one by one would take longer than many a model
    sys.exit(code)


def run() -> int:
    """Run a command and return its exit code."""
    try:
        code = _answer()
        sys.stdout.flush()  # a reader that is gone, or a full disk, must be noticed while it can be told
        return code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001  (the last line of defence: a bug must not look like a finding)
        return _failed(error)


def _answer() -> int:
    import gc  # noqa: PLC0415
    import os  # noqa: PLC0415

    gc.set_threshold(100_000, 50, 50)  # large models make many objects that all live to the end
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # starting NumPy's threads takes 40 ms, and nothing uses them
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(
                errors="backslashreplace"
            )  # names are in any script, terminals are not
    from mantlet.cli.plain import answered  # noqa: PLC0415

    if answered(sys.argv[1:]):
        return 0
    from mantlet.cli.app import app  # noqa: PLC0415

    return int(app(standalone_mode=False, prog_name="mantlet") or 0)


def _failed(error: Exception) -> int:
    """Say what is wrong with the input or usage; report everything else as a bug of ours."""
    from mantlet.base.errors import MantletError  # noqa: PLC0415
    from mantlet.cli.plain import ReaderGoneError  # noqa: PLC0415

    if isinstance(error, MantletError):
        return _say(error.diagnostics(), error.exit_code)
    if isinstance(error, BrokenPipeError | ReaderGoneError):
        _drop_output()
        return 0
    if isinstance(error, OSError):
        _drop_output()
        place = f"{error.filename}: " if error.filename else "the output cannot be written: "
        return _say(f"{place}{error.strerror or error}", EXIT_INPUT)
    import typer  # noqa: PLC0415

    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, typer.Abort):
        return _say("Stopped.", EXIT_INTERRUPTED)
    show = getattr(error, "show", None)
    if show is not None:  # the command line library's usage errors, whose classes differ between its versions
        show()
        return int(getattr(error, "exit_code", EXIT_INPUT))
    return _report_bug(error)


def _report_bug(error: Exception) -> int:
    import os  # noqa: PLC0415
    import traceback  # noqa: PLC0415

    if os.environ.get("MANTLET_DEBUG"):
        traceback.print_exception(error)
    where = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(str(error).split())[:500]
    return _say(
        f"mantlet has a bug: {type(error).__name__}: {what} ({where.name}, line {where.lineno})\n"
        "  → please report it with the command you ran; MANTLET_DEBUG=1 shows more",
        EXIT_BUG,
    )


def _say(text: str, code: int) -> int:
    from mantlet.base.printable import printable  # noqa: PLC0415

    sys.stderr.write(f"{printable(text)}\n")
    return code


def _drop_output() -> None:
    """Let nothing more be written to where it cannot be."""
    import os  # noqa: PLC0415
    from contextlib import suppress  # noqa: PLC0415

    with suppress(OSError, ValueError):  # some streams stand for no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    if not sys.flags.safe_path:  # `python -m` looks in the current folder first; a project brings no modules
        del sys.path[0]
    main()
