"""Model files made by hand: pickles opcode by opcode, packages, graphs; none of them is ever loaded."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib

PAYLOAD = b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R."
"""What `os.system('id')` pickles to, in protocol 4."""
OLD_PAYLOAD = b"cos\nsystem\n(S'id'\ntR."


def short(text: str) -> bytes:
    """Return a short text opcode."""
    raw = text.encode()
    return b"\x8c" + bytes([len(raw)]) + raw


def stack_global(module: str, name: str) -> bytes:
    return short(module) + short(name) + b"\x93"


def call(module: str, name: str, *args: str) -> bytes:
    """Return a whole pickle that calls something with texts."""
    return b"\x80\x04" + stack_global(module, name) + b"(" + b"".join(map(short, args)) + b"tR."


MALICIOUS = {
    "global": b"\x80\x02cos\nsystem\nU\x02id\x85R.",
    "global, protocol 0": OLD_PAYLOAD,
    "stack global": PAYLOAD,
    "inst": b"(S'id'\nios\nsystem\n.",
    "obj": b"(cos\nsystem\nS'id'\no.",
    "newobj": b"\x80\x02csubprocess\nPopen\nU\x02id\x85\x81.",
    "newobj with keywords": b"\x80\x04" + stack_global("subprocess", "Popen") + short("id") + b"\x85}\x92.",
    "names from the memo": b"\x80\x04" + short("os") + b"\x940" + short("system") + b"\x940h\x00h\x01\x93" + short("id") + b"\x85R.",
    "names from the old memo": b"\x80\x04" + short("os") + b"q\x000" + short("system") + b"r\x01\x00\x00\x000h\x00j\x01\x00\x00\x00\x93"
    + short("id") + b"\x85R.",
    "names duplicated": b"\x80\x04" + short("os") + b"2\x940h\x00" + short("popen") + b"\x93" + short("id") + b"\x85R.",
    "name in a string of Python 2": b"\x80\x04U\x02osU\x06system\x93" + short("id") + b"\x85R.",
    "name in bytes as text": b"\x80\x04S'os'\nS'system'\n\x93" + short("id") + b"\x85R.",
    "name escaped": b"\x80\x04V\\u006fs\nVsystem\n\x93" + short("id") + b"\x85R.",
    "dotted name": b"\x80\x04" + stack_global("torch", "serialization.os.system") + short("id") + b"\x85R.",
    "module of a module": b"\x80\x04" + stack_global("numpy.testing.os", "system") + short("id") + b"\x85R.",
    "through getattr": b"\x80\x04" + stack_global("builtins", "getattr") + stack_global("os", "path") + short("os") + b"\x86R.",
    "import": call("builtins", "__import__", "os"),
    "eval": call("builtins", "eval", "1+1"),
    "exec of Python 2": b"c__builtin__\nexecfile\n(S'a'\ntR.",
    "file": call("builtins", "open", "/etc/passwd"),
    "run code": call("runpy", "run_path", "x.py"),
    "another pickle": b"\x80\x04" + stack_global("pickle", "loads") + b"C\x02N.\x85R.",
    "marshal": b"\x80\x04" + stack_global("marshal", "loads") + b"C\x01N\x85R.",
    "code": b"\x80\x04" + stack_global("types", "CodeType") + b")R.",
    "attribute getter": call("operator", "attrgetter", "system"),
    "method caller": call("_operator", "methodcaller", "system", "id"),
    "hub": call("torch.hub", "load", "a/b", "c"),
    "numpy's runstring": call("numpy.testing._private.utils", "runstring", "1"),
    "numpy's compiler": call("numpy.f2py.crackfortran", "getlincoef", "1"),
    "pip": call("pip", "main", "install"),
    "network": call("socket", "create_connection", "a"),
    "web": call("urllib.request", "urlopen", "http://a"),
    "library": call("ctypes", "CDLL", "a.so"),
    "process": call("multiprocessing.util", "spawnv_passfds", "a"),
    "private module": call("_osx_support", "_read_output", "id"),
    "after another pickle": pickle.dumps({"a": 1}) + PAYLOAD,
    "after many pickles": pickle.dumps([1]) * 20 + PAYLOAD,
    "broken behind it": PAYLOAD[:-1] + b"\xff\xff",
    "cut behind it": PAYLOAD[:-1],
    "numbers in hexadecimal": b"\x80\x02I0x10\n0" + PAYLOAD[2:],
    "long with spaces": b"\x80\x02L 12L\n0" + PAYLOAD[2:],
    "float of odd spelling": b"\x80\x02F1e5\n0" + PAYLOAD[2:],
    "name beyond ASCII before": b"\x80\x02c\xc3\xa9\nx\n0" + PAYLOAD[2:],
    "frame too long": b"\x80\x04\x95\xff\x00\x00\x00\x00\x00\x00\x00" + PAYLOAD[2:],
    "frame that ends in an opcode": b"\x80\x04\x95\x03\x00\x00\x00\x00\x00\x00\x00" + PAYLOAD[2:],
    "frames in frames": b"\x80\x04\x95\x40\x00\x00\x00\x00\x00\x00\x00\x95\x02\x00\x00\x00\x00\x00\x00\x00" + PAYLOAD[2:],
    "protocol twice": b"\x80\x04\x80\x02" + PAYLOAD[2:],
    "unknown memo before": b"\x80\x04h\x63" + b"0" + PAYLOAD[2:],
    "pop of a mark": b"\x80\x04(0" + PAYLOAD[2:],
    "inside a tuple": b"\x80\x04(K\x01" + PAYLOAD[2:-1] + b"t.",
    "as a dictionary's key": b"\x80\x04}" + PAYLOAD[2:-1] + b"K\x01s.",
    "as a persistent id": b"\x80\x04" + PAYLOAD[2:-1] + b"Q.",
    "in a state": b"\x80\x04" + stack_global("collections", "OrderedDict") + b")R}" + short("a") + PAYLOAD[2:-1] + b"sb.",
    "as an argument of something safe": b"\x80\x04" + stack_global("functools", "partial") + stack_global("os", "system") + b"\x85R.",
    "name worked out while loading": b"\x80\x04" + short("os") + stack_global("builtins", "str") + short("system") + b"\x85R\x93.",
    "attribute of a module set": b"\x80\x04" + stack_global("json", "decoder") + b"}" + short("x") + b"K\x01sb.",
    "inside bytes": b"\x80\x04C" + bytes([len(PAYLOAD)]) + PAYLOAD + b".",
    "inside bytes of bytes": pickle.dumps(pickle.dumps(PAYLOAD, 4), 4),
    "inside base64": pickle.dumps(base64.b64encode(PAYLOAD).decode(), 4),
    "inside hexadecimal": pickle.dumps(PAYLOAD.hex(), 4),
    "inside a text": pickle.dumps(PAYLOAD.decode("latin-1"), 4),
    "inside an old text": b"S'" + OLD_PAYLOAD.replace(b"\n", b"\\n").replace(b"'", b"\\'") + b"'\n.",
    "inside gzip inside a pickle": pickle.dumps(gzip.compress(PAYLOAD), 4),
}  # fmt: skip
"""Every way to hide a call that the real unpickler would make (or another loader, where the stream breaks)."""


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, method)
    return out.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def lz4_frame(data: bytes) -> bytes:
    """Return data in an lz4 frame, as one block of literals."""
    length, rest = min(len(data), 15), len(data) - 15
    token = bytes([length << 4])
    while rest >= 0:
        token += bytes([min(rest, 255)])
        rest -= 255
    block = token + data
    return b"\x04\x22\x4d\x18\x60\x40\x82" + struct.pack("<I", len(block)) + block + b"\0\0\0\0"


def wrappers(payload: bytes) -> dict[str, bytes]:
    """Return one payload in every package and under every name that loaders open."""
    crc = bytearray(zipped({"archive/data.pkl": payload}))
    at = crc.index(b"PK\x01\x02") + 16
    crc[at : at + 4] = b"\0\0\0\0"
    marked = bytearray(zipped({"archive/data.pkl": payload}))
    marked[6] |= 1
    marked[marked.index(b"PK\x01\x02") + 8] |= 1
    return {
        "zlib.joblib": zlib.compress(payload),
        "gzip.joblib": gzip.compress(payload),
        "bz2.joblib": bz2.compress(payload),
        "xz.joblib": lzma.compress(payload),
        "lzma.joblib": lzma.compress(payload, format=lzma.FORMAT_ALONE),
        "lz4.joblib": lz4_frame(payload),
        "model.pkl.gz": gzip.compress(payload),
        "old.joblib": b"ZF0x" + b"%x" % len(payload) + b" " * 12 + zlib.compress(payload),
        "model.sav": payload,
        "model.dat": payload,
        "model.txt": payload,
        "model": payload,
        "weights.bin": payload,
        "renamed.onnx": payload,
        "renamed.safetensors": payload,
        "model.pt": zipped({"archive/data.pkl": payload, "archive/version": b"3"}),
        "deflated.pt": zipped({"archive/data.pkl": payload}, zipfile.ZIP_DEFLATED),
        "lzma.pt": zipped({"archive/data.pkl": payload}, zipfile.ZIP_LZMA),
        "inner.zip": zipped({"a/b.zip": zipped({"model.pkl": payload})}),
        "model.tar": tarred({"pickle": payload}),
        "model.tar.gz": tarred({"weights/model.pkl": payload}, "w:gz"),
        "objects.npy": npy(payload),
        "objects.npz": zipped({"a.npy": npy(payload)}),
        "behind.pkl": pickle.dumps(1) + zipped({"data.pkl": payload}),
        "checksum.pt": bytes(crc),
        "encrypted.pt": bytes(marked),
        "not-listed.pt": zipped({"a": b"x"}) + local_only("data.pkl", payload),
        "twice.gz": gzip.compress(b"") + gzip.compress(payload),
    }


def local_only(name: str, data: bytes) -> bytes:
    """Return a zip member that no list of contents names."""
    return (
        b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0, zlib.crc32(data), len(data), len(data), len(name), 0)
        + name.encode() + data
    )  # fmt: skip


def npy(payload: bytes) -> bytes:
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += b" " * (63 - (len(header) + 10) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + payload


def field(number: int, data: bytes) -> bytes:
    """Return a protocol buffer field of bytes."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def onnx(operator: str = "Relu", location: str = "", domain: str = "") -> bytes:
    node = field(1, b"x") + field(2, b"y") + field(4, operator.encode())
    graph = field(1, node) + field(2, b"g")
    if location:
        entry = field(1, b"location") + field(2, location.encode())
        graph += field(5, field(8, b"w") + field(13, entry))
    opset = (field(1, domain.encode()) if domain else b"") + b"\x10\x11"
    return b"\x08\x08" + field(2, b"pytorch") + field(7, graph) + field(8, opset)


def saved_model(*operations: str, inside_function: str = "") -> bytes:
    graph = b"".join(field(1, field(1, b"n") + field(2, name.encode())) for name in operations)
    if inside_function:
        function = field(1, field(1, b"f")) + field(3, field(1, b"n") + field(2, inside_function.encode()))
        graph += field(2, field(1, function))
    return b"\x08\x01" + field(2, field(1, b"") + field(2, graph))


def keras(layers: list[dict[str, object]]) -> bytes:
    config = {"class_name": "Sequential", "module": "keras", "config": {"name": "m", "layers": layers}}
    return zipped(
        {
            "config.json": json.dumps(config).encode(),
            "metadata.json": b"{}",
            "model.weights.h5": b"\x89HDF\r\n\x1a\n",
        }
    )


def safetensors(header: dict[str, object], data: bytes = b"") -> bytes:
    raw = json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + data


def gguf(values: dict[str, str]) -> bytes:
    out = b"GGUF" + struct.pack("<IQQ", 3, 0, len(values) + 1)
    out += _gguf_text("general.alignment") + struct.pack("<II", 4, 32)
    for name, value in values.items():
        out += _gguf_text(name) + struct.pack("<I", 8) + _gguf_text(value)
    return out


def _gguf_text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()
