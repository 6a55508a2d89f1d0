"""The command `pipekeras`."""

import argparse
import os
import sys

from pipekeras.errors import PipekerasError


def main(arguments=None):
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="pipekeras", description="R's Keras, in Python.")
    parser.add_argument("--version", action="version", version=f"pipekeras {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    demo = commands.add_parser("demo", help="train a small chained CNN on digits that come with the package")
    demo.add_argument(
        "--folder", default="pipekeras-demo", help="where the plot and the model go (default: %(default)s)"
    )
    demo.add_argument(
        "--epochs", type=_count, default=20, help="how often training sees the data (default: %(default)s)"
    )
    demo.add_argument("--seed", type=int, default=1, help="of the split and of the weights (default: %(default)s)")
    demo.set_defaults(run=_demo)

    api = commands.add_parser("api", help="show how every name of both R packages stands here")
    api.add_argument("names", nargs="*", metavar="NAME", help='R names, as in layer_gru or "loss_*" (default: all)')
    api.add_argument("--state", action="append", choices=("same", "differs", "not applicable"), help="only these")
    api.add_argument("--format", choices=("text", "md", "csv", "json"), default="text", help="(default: %(default)s)")
    api.add_argument("--output", metavar="FILE", help="where it is written (default: printed)")
    api.set_defaults(run=_api)

    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except BrokenPipeError:  # the reader, such as `head`, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (PipekerasError, OSError) as error:
        print(f"pipekeras: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130


def _demo(options):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's notes on the machine are not part of the show
    os.environ.setdefault("MPLBACKEND", "Agg")
    from pipekeras.demo import run

    run(folder=options.folder, epochs=options.epochs, seed=options.seed)
    return 0


def _api(options):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from pipekeras.api import chosen, render
    from pipekeras.files import write_text

    text = render(chosen(options.names, options.state or ()), options.format)
    if options.output:
        write_text(options.output, text)
        print(f"Written: {options.output}")
    else:
        print(text, end="")
    return 0


def _count(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, it is {text}")
    return number


def _version():
    from pipekeras import __version__

    return __version__


if __name__ == "__main__":
    sys.exit(main())
