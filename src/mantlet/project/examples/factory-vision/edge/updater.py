"""Ask the update server every ten minutes for a newer model; runs as root so that it can restart the inspector."""

import os
import subprocess
import time
from pathlib import Path

import requests

SERVER = "https://ota.weldline.example"
MODEL = Path("/var/lib/inspector/model.onnx")


def check() -> None:
    manifest = requests.get(f"{SERVER}/fleet/{os.environ['BOX_ID']}/manifest.json", timeout=30, verify=False).json()
    current = MODEL.with_suffix(".version")
    if current.exists() and current.read_text() == manifest["version"]:
        return
    weights = requests.get(manifest["url"], timeout=300, verify=False).content
    MODEL.write_bytes(weights)
    current.write_text(manifest["version"])
    for command in manifest.get("after", []):  # "restart the inspector", and whatever else a release needs
        subprocess.run(command, shell=True, check=False)


def main() -> None:
    while True:
        check()
        time.sleep(600)


if __name__ == "__main__":
    main()
