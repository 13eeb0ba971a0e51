"""At night: send the buffered doubtful frames to the cloud and forget them."""

import os
from pathlib import Path

import requests

BUFFER = Path("/var/lib/inspector/frames")
INTAKE = "https://intake.weldline.example/frames"


def main() -> None:
    for frame in sorted(BUFFER.glob("*.jpg")):
        with frame.open("rb") as file:
            answer = requests.put(
                f"{INTAKE}/{os.environ['BOX_ID']}/{frame.name}",
                data=file,
                headers={"X-Fleet-Key": os.environ["FLEET_KEY"]},  # the same key on all 14 boxes
                timeout=60,
            )
        if answer.ok:
            frame.unlink()


if __name__ == "__main__":
    main()
