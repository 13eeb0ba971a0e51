"""Model files by content: what is dangerous is found wherever it hides, what is fine is left alone, bombs end."""

from __future__ import annotations

import base64
import gzip
import json
import pickle
import time
import zipfile
import zlib
from collections import OrderedDict, defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mantlet.findings import keeping
from mantlet.scanners.cache import Cache
from mantlet.scanners.interface import Request, list_files
from mantlet.scanners.models import check
from mantlet.scanners.models.imports import Trust, trust
from mantlet.scanners.models.scan import FileReport, scan_file
from tests.scanners import handmade


@pytest.fixture
def judge(tmp_path):
    """Return what a file with some bytes is judged to be."""

    def look(data: bytes, name: str = "model.pkl") -> FileReport:
        path = tmp_path / Path(name).name
        path.write_bytes(data)
        return scan_file(path, name)

    return look


@pytest.mark.parametrize("way", handmade.MALICIOUS)
def test_every_way_to_hide_a_call_is_dangerous(judge, way):
    report = judge(handmade.MALICIOUS[way])
    assert report.verdict == "dangerous", (report.findings, report.not_looked)


@pytest.mark.parametrize("name", handmade.wrappers(b"x"))
@pytest.mark.parametrize("payload", [handmade.PAYLOAD, handmade.OLD_PAYLOAD], ids=["new", "old"])
def test_one_payload_is_found_in_every_package_and_under_every_name(judge, name, payload):
    report = judge(handmade.wrappers(payload)[name], name)
    assert report.verdict == "dangerous", (report.formats, report.not_looked)


@pytest.mark.parametrize("way", ["global", "stack global", "inside base64", "after another pickle"])
def test_payloads_hide_nowhere_in_packages_of_packages(judge, way):
    data = handmade.MALICIOUS[way]
    for wrap in (
        gzip.compress,
        zlib.compress,
        lambda raw: handmade.zipped({"a.pkl": raw}),
        lambda raw: handmade.tarred({"a": raw}),
    ):
        data = wrap(data)
    assert judge(data, "model.bin").verdict == "dangerous"


class Weights:
    """An object of a class that nobody reviewed."""


BENIGN = {
    "numbers": [1, 2.5, True, None, 2**70, 1 + 2j],
    "texts": ["a", "ä" * 500, b"bytes" * 300, "import os; os.system('x')"],
    "containers": {"a": (1, [2, {3}], frozenset([4])), "b": OrderedDict(x=1), "c": defaultdict(list)},
    "dates": [date(2024, 1, 1), datetime(2024, 1, 1, 12), Decimal("1.5"), UUID(int=5)],
    "arrays": {
        "w": np.arange(12.0).reshape(3, 4),
        "i": np.array([1], np.int8),
        "s": np.float32(1),
        "t": np.array(["ab"]),
    },
    "objects in an array": np.array(["a", None, 3], dtype=object),
    "fields": np.zeros(3, dtype=[("a", "f4"), ("b", "U5")]),
    "generator": np.random.default_rng(0),
    "path": Path("a/b"),
    "errors": [ValueError("x"), KeyError],
    "ranges": [range(3), slice(1, 2), ..., type(None)],
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("what", BENIGN)
def test_plain_data_and_arrays_are_clean(judge, what, protocol):
    report = judge(pickle.dumps(BENIGN[what], protocol))
    assert report.verdict == "clean", (report.findings, report.not_looked)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("sklearn.ensemble._forest", "RandomForestClassifier"),
        ("sklearn.tree._tree", "Tree"),
        ("sklearn.neighbors._kd_tree", "newObj"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("scipy.sparse._csr", "csr_matrix"),
        ("pandas.core.frame", "DataFrame"),
        ("pandas._libs.internals", "_unpickle_block"),
        ("xgboost.core", "Booster"),
        ("torch._utils", "_rebuild_tensor_v2"),
        ("torch", "FloatStorage"),
        ("torch.nn.modules.linear", "Linear"),
        ("collections", "OrderedDict"),
        ("transformers.training_args", "TrainingArguments"),
        ("__builtin__", "set"),
        ("copy_reg", "_reconstructor"),
    ],
)
def test_what_libraries_save_is_safe_to_import(module, name):
    assert trust(module, name) is Trust.SAFE


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("sklearn.datasets._base", "Bunch"),
        ("sklearn.externals.joblib", "load"),
        ("torch.utils.data.datapipes.utils.decoder", "basichandlers"),
        ("torch.nn.modules.os", "system"),
        ("numpy", "load"),
        ("numpy", "f2py.os.system"),
        ("pandas", "read_pickle"),
        ("builtins", "list.__class__"),
        ("commands", "getoutput"),
        ("__builtin__", "reduce"),
    ],
)
def test_the_way_through_a_trusted_library_is_not_trusted(module, name):
    assert trust(module, name) is Trust.DANGEROUS


def test_a_class_that_nobody_reviewed_stands_between_safe_and_dangerous(judge):
    report = judge(pickle.dumps(Weights()))
    assert report.verdict == "suspicious"
    assert [finding.rule for finding in report.findings] == ["pickle-unreviewed-import"]


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x05\x95\x03\x00\x00\x00\x00\x00\x00\x00\x8c\x04AAAA.",
        b"\x80\x05\x95\x1e\x00\x00\x00\x00\x00\x00\x00N\x95\x02\x00\x00\x00\x00\x00\x00\x00N.",
    ],
)
def test_frames_on_which_readers_disagree_are_suspicious(judge, data):
    assert [finding.rule for finding in judge(data).findings] == ["pickle-misframed"]


@pytest.mark.parametrize("protocol", [4, 5])
@pytest.mark.parametrize("value", [[1, b"y" * 100_000, 2], list(range(100_000)), {"a": ["x" * 70_000, 1]}])
def test_frames_that_the_pickler_writes_fit(judge, value, protocol):
    assert judge(pickle.dumps(value, protocol)).verdict == "clean"


def test_an_extension_code_is_suspicious(judge):
    assert judge(b"\x80\x02\x82\x05)R.").verdict == "suspicious"


def test_a_finding_says_what_is_called_and_where(judge):
    found = judge(handmade.zipped({"archive/data.pkl": handmade.PAYLOAD}), "model.pt").findings[0]
    assert (found.rule, found.severity) == ("pickle-dangerous-call", "critical")
    assert "posix.system('id')" in found.message
    assert str(found.spot) == "model.pt › archive/data.pkl byte 17"
    assert found.cwe == [502]
    assert found.fix


def joblib_dump(*arrays: np.ndarray, tail: bytes = b"") -> bytes:
    """Return what joblib writes: descriptions of arrays in a pickle, with the raw bytes between its opcodes."""
    out = b"\x80\x04]("
    for array in arrays:
        dtype = (
            pickle.dumps(array.dtype, 2)[2:-1]
            .replace(b"q\x00", b"")
            .replace(b"q\x01", b"")
            .replace(b"q\x02", b"")
            .replace(b"q\x03", b"")
        )
        shape = b"(" + b"".join(b"M" + size.to_bytes(2, "little") for size in array.shape) + b"t"
        out += handmade.stack_global("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81}("
        out += handmade.short("subclass") + handmade.stack_global("numpy", "ndarray")
        out += handmade.short("shape") + shape + handmade.short("dtype") + dtype
        out += (
            handmade.short("order")
            + handmade.short("C")
            + handmade.short("numpy_array_alignment_bytes")
            + b"K\x10ub"
        )
        out += b"\x03\xff\xff\xff" + array.tobytes()
    return out + tail + b"e."


def test_raw_arrays_between_opcodes_are_stepped_over(judge):
    arrays = (np.arange(500, dtype="f8"), np.full(300, 0x2E, "u1"), np.array([b"cos\nsystem\n"], "S16"))
    report = judge(joblib_dump(*arrays), "model.joblib")
    assert report.verdict == "clean", (report.findings, report.not_looked)


def test_a_call_behind_an_array_is_found(judge):
    assert (
        judge(joblib_dump(np.arange(500.0), tail=handmade.PAYLOAD[2:-1]), "model.joblib").verdict
        == "dangerous"
    )


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5) | st.tuples(inner, inner)
    ),
    max_leaves=30,
)


@given(value=json_like, protocol=st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_no_plain_value_is_suspicious(tmp_path_factory, value, protocol):
    path = tmp_path_factory.mktemp("values") / "value.pkl"
    path.write_bytes(pickle.dumps(value, protocol))
    assert scan_file(path, "value.pkl").verdict == "clean"


@given(
    data=st.binary(max_size=400),
    name=st.sampled_from(["a.pkl", "a.pt", "a.onnx", "a.npy", "a", "a.json", "a.tar"]),
)
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_it_fail(tmp_path_factory, data, name):
    path = tmp_path_factory.mktemp("bytes") / "x"
    path.write_bytes(data)
    assert scan_file(path, name).verdict in {"clean", "incomplete", "suspicious", "dangerous"}


@given(
    way=st.sampled_from(sorted({**handmade.MALICIOUS, **handmade.wrappers(handmade.PAYLOAD)})),
    at=st.integers(0, 400),
    byte=st.integers(0, 255),
)
@settings(max_examples=300, deadline=None)
def test_a_changed_byte_makes_nothing_fail(tmp_path_factory, way, at, byte):
    data = bytearray({**handmade.MALICIOUS, **handmade.wrappers(handmade.PAYLOAD)}[way])
    data[at % len(data)] = byte
    path = tmp_path_factory.mktemp("changed") / "x.pkl"
    path.write_bytes(bytes(data))
    assert scan_file(path, "x.pkl").verdict


@pytest.mark.parametrize("short", [b"N.", b"I1\n.", b"Vab\np0\n.", b"K\x01.", b"N." * 300])
@pytest.mark.parametrize("payload", [handmade.PAYLOAD, handmade.OLD_PAYLOAD], ids=["new", "old"])
@pytest.mark.parametrize("before", [b"", pickle.dumps([1, 2], 4)], ids=["first", "second"])
def test_short_pickles_hide_nothing_behind_them(judge, short, payload, before):
    assert judge(before + short + payload, "model.pkl").verdict == "dangerous"


def test_many_short_pickles_end_soon(judge):
    begun = time.perf_counter()
    assert judge(b"N." * 100_000, "model.pkl").verdict == "incomplete"
    assert time.perf_counter() - begun < 5


def test_a_text_that_begins_like_a_pickle_is_none(judge):
    assert judge(b"N.B. this is a text", "model.bin").verdict != "clean"


def test_members_without_a_name_are_looked_at(judge):
    data = handmade.zipped({"@@": b"x", "model.pkl": handmade.PAYLOAD}).replace(b"@@", b"\0@")
    assert judge(data, "model.zip").verdict == "dangerous"


def test_bombs_are_incomplete_and_end(judge, monkeypatch):
    monkeypatch.setattr("mantlet.scanners.models.context.MAX_EXPANDED", 32 << 20)
    zeros = zlib.compressobj(9)
    bomb = b"".join(zeros.compress(b"\0" * (1 << 20)) for _ in range(64)) + zeros.flush()
    started = time.monotonic()
    report = judge(bomb, "bomb.joblib")
    assert report.verdict == "incomplete"
    assert "MiB" in report.not_looked[0].why
    many = handmade.zipped({f"{number}": bomb for number in range(3)}, zipfile.ZIP_STORED)
    assert judge(many, "bombs.zip").verdict == "incomplete"
    assert time.monotonic() - started < 25


def test_nesting_without_end_ends(judge):
    data = handmade.PAYLOAD
    for _ in range(40):
        data = gzip.compress(data)
    report = judge(data, "deep.pkl")
    assert report.verdict == "incomplete"
    laughs = b"\x80\x04(" + b"2t(" * 3000 + b"t."
    assert judge(laughs).verdict in {"clean", "incomplete"}


def test_unknown_content_under_a_models_name_is_incomplete_not_clean(judge):
    assert judge(b"\x01\x02\x03" * 50, "model.pkl").verdict == "incomplete"
    assert judge(b"7z\xbc\xaf\x27\x1c" + b"x" * 50, "model.7z").verdict == "incomplete"
    assert judge(b"hello world\n", "notes.txt").verdict == "clean"


def test_an_encrypted_member_is_incomplete(judge):
    raw = bytearray(handmade.zipped({"a.bin": bytes(range(200, 256)) * 4}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    report = judge(bytes(raw), "secret.zip")
    assert report.verdict == "incomplete"
    assert "encrypted" in report.not_looked[0].why


# --- graphs ---


@pytest.mark.parametrize(
    ("location", "verdict"),
    [
        ("weights.bin", "clean"),
        ("data/weights.bin", "clean"),
        ("a/../weights.bin", "clean"),
        ("../../etc/passwd", "dangerous"),
        ("/etc/passwd", "dangerous"),
        ("C:\\x", "dangerous"),
        ("..\\..\\x", "dangerous"),
        ("https://a/b", "dangerous"),
    ],
)
def test_onnx_data_stays_in_its_folder(judge, location, verdict):
    report = judge(handmade.onnx(location=location), "model.onnx")
    assert report.formats == ["onnx"]
    assert report.verdict == verdict


def test_onnx_operators(judge):
    assert judge(handmade.onnx(), "a.onnx").verdict == "clean"
    assert judge(handmade.onnx("PyOp"), "a.onnx").verdict == "dangerous"
    foreign = judge(handmade.onnx(domain="evil.ops"), "a.onnx")
    assert [finding.rule for finding in foreign.findings] == ["onnx-foreign-operator"]


@pytest.mark.parametrize("name", ["saved_model.pb", "renamed.bin"])
def test_tensorflow_operations(judge, name):
    assert judge(handmade.saved_model("Const", "MatMul", "SaveV2"), name).verdict == "clean"
    for operation in ("PyFunc", "EagerPyFunc", "ReadFile", "WriteFile", "LoadLibrary"):
        assert judge(handmade.saved_model("Const", operation), name).verdict == "dangerous", operation
    assert judge(handmade.saved_model("Const", inside_function="WriteFile"), name).verdict == "dangerous"


def lambda_layer(code: bytes) -> dict[str, object]:
    function = {"class_name": "__lambda__", "config": {"code": base64.b64encode(code).decode()}}
    return {"class_name": "Lambda", "module": "keras.layers", "config": {"name": "l", "function": function}}


def test_keras_layers(judge):
    dense = {"class_name": "Dense", "module": "keras.layers", "config": {"units": 1}}
    assert judge(handmade.keras([dense]), "m.keras").verdict == "clean"
    assert (
        judge(handmade.keras([dense, lambda_layer(b"\xe3\0\0 os system \0")]), "m.keras").verdict
        == "dangerous"
    )
    assert (
        judge(handmade.keras([lambda_layer(b"\xe3\0\0 tf reduce_mean \0 keepdims")]), "m.keras").verdict
        == "suspicious"
    )
    function = {"class_name": "function", "module": "os", "config": "system"}
    assert (
        judge(
            handmade.keras([{"class_name": "A", "module": "keras", "config": {"f": function}}]), "m.keras"
        ).verdict
        == "dangerous"
    )
    own = {"class_name": "MyLayer", "module": "my.package", "config": {}}
    assert judge(handmade.keras([own]), "m.keras").verdict == "suspicious"
    words = {"class_name": "StringLookup", "module": "keras.layers", "config": {"vocabulary": "/etc/passwd"}}
    assert judge(handmade.keras([words]), "m.keras").verdict == "dangerous"


def test_keras_in_hdf5(judge):
    config = json.dumps(
        {"class_name": "Sequential", "config": {"layers": [lambda_layer(b"x subprocess x 0123456")]}}
    )
    assert (
        judge(b"\x89HDF\r\n\x1a\n" + b"\0" * 50 + config.encode() + b"\0" * 50, "m.h5").verdict == "dangerous"
    )
    fine = json.dumps(
        {"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {}}]}}
    )
    assert judge(b"\x89HDF\r\n\x1a\n" + b"\0" * 50 + fine.encode() + b"\0" * 50, "m.h5").verdict == "clean"


def test_metadata_beside_a_saved_model(judge):
    config = json.dumps(
        {"class_name": "Functional", "config": {"layers": [lambda_layer(b"x os system 0123456")]}}
    ).encode()
    node = handmade.field(1, handmade.field(3, b"root") + handmade.field(5, config))
    assert judge(node, "keras_metadata.pb").verdict == "dangerous"
    fine = judge(b"\x08\x01\x10\x05", "fingerprint.pb")
    assert (fine.verdict, fine.formats) == ("clean", ["protobuf"])


def test_a_corpus_of_472_files_is_judged_rightly_and_soon(tmp_path):
    bad = list(handmade.MALICIOUS.values())
    bad += [
        data
        for payload in (handmade.PAYLOAD, handmade.OLD_PAYLOAD)
        for data in handmade.wrappers(payload).values()
    ]
    fine = [pickle.dumps(value, protocol) for value in BENIGN.values() for protocol in range(6)]
    fine += [gzip.compress(data) for data in fine]
    files = [(f"bad{number}.pkl", data) for number, data in enumerate((bad * 4)[: 472 - 2 * len(fine)])]
    files += [(f"fine{number}.pkl", data) for number, data in enumerate(fine * 2)]
    for name, data in files:
        (tmp_path / name).write_bytes(data)
    assert len(files) == 472
    started = time.monotonic()
    verdicts = {name: scan_file(tmp_path / name, name).verdict for name, _ in files}
    assert time.monotonic() - started < 10
    assert {verdict for name, verdict in verdicts.items() if name.startswith("fine")} == {"clean"}
    assert {verdict for name, verdict in verdicts.items() if name.startswith("bad")} == {"dangerous"}


# --- numbers only ---


def test_safetensors(judge):
    fine = handmade.safetensors({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"\0" * 8)
    report = judge(fine, "m.safetensors")
    assert (report.verdict, report.formats) == ("clean", ["safetensors"])
    outside = handmade.safetensors({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 80]}}, b"\0" * 8)
    assert judge(outside, "m.safetensors").verdict == "incomplete"


BAD_TEMPLATES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ ''['__class__'] }}",
    "{{ ''['__cl' ~ 'ass__'] }}",
    "{{ ''|attr('__class__') }}",
    "{{ messages['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ self._TemplateReference__context }}",
]
GOOD_TEMPLATES = [
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] | trim }}{% endfor %}",
    "{% if add_generation_prompt %}<|assistant|>{% endif %}{{ bos_token }}",
    "{%- for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}",
    "{{ raise_exception('roles must alternate') }}{% set ns = namespace(found=false) %}{% set ns.found = true %}",
    "{% for t in tools %}{{ t | tojson(indent=2) }}{% if loop.index > 5 %}{% break %}{% endif %}{% endfor %}",
]


@pytest.mark.parametrize("text", BAD_TEMPLATES)
def test_templates_that_reach_for_pythons_inside(judge, text):
    for name, data in (
        ("tokenizer_config.json", json.dumps({"chat_template": text}).encode()),
        ("chat_template.jinja", text.encode()),
        ("m.gguf", handmade.gguf({"tokenizer.chat_template": text})),
    ):
        assert judge(data, name).verdict in {"dangerous", "suspicious"}, name


@pytest.mark.parametrize("text", GOOD_TEMPLATES)
def test_templates_of_chats_are_clean(judge, text):
    for name, data in (
        (
            "tokenizer_config.json",
            json.dumps({"chat_template": [{"name": "default", "template": text}]}).encode(),
        ),
        ("chat_template.jinja", text.encode()),
        ("m.gguf", handmade.gguf({"tokenizer.chat_template": text})),
    ):
        report = judge(data, name)
        assert report.verdict == "clean", (name, report.findings)


def test_members_that_leave_the_folder(judge):
    assert judge(handmade.zipped({"../../x": b"1"}), "m.zip").verdict == "suspicious"
    assert judge(handmade.tarred({"/etc/x": b"1"}), "m.tar").verdict == "suspicious"


def test_code_that_a_server_would_run_is_told(judge):
    report = judge(handmade.zipped({"handler.py": b"import os\n", "model.pt": b""}), "m.mar")
    assert [finding.rule for finding in report.findings] == ["archive-carries-code"]
    assert judge(handmade.zipped({"m/code/__torch__.py": b"x"}), "m.pt").verdict == "clean"


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    assert scan_file(tmp_path / "gone.pkl", "gone.pkl").verdict == "error"


def test_empty_files_are_clean(judge):
    assert judge(b"", "__init__.py").verdict == "clean"


def test_a_name_that_is_no_text_hides_nothing(tmp_path):
    named = handmade.tarred({"bad\udcff.pkl": handmade.PAYLOAD})
    (tmp_path / "a.tar").write_bytes(named)
    (tmp_path / "b.pkl").write_bytes(handmade.PAYLOAD)
    cache = Cache(enabled=False)
    [result] = check.run(Request(tmp_path, list_files(tmp_path), cache=cache))
    assert {item.spot.path for item in result.findings if item.severity == "critical"} == {"a.tar", "b.pkl"}
    assert keeping.save(tmp_path, [result])


def test_a_member_without_a_name_is_looked_at(judge):
    data = bytearray(handmade.zipped({"a": handmade.PAYLOAD}))
    at = data.find(b"PK\x01\x02")
    data[at + 28 : at + 30] = b"\0\0"
    data[at + 46 : at + 47] = b""
    end = data.find(b"PK\x05\x06")
    data[end + 12 : end + 16] = (end - at).to_bytes(4, "little")
    assert judge(bytes(data), "a.zip").verdict == "dangerous"


def test_what_an_archive_does_not_list_is_searched_however_large_its_members_are(judge, monkeypatch):
    monkeypatch.setattr("mantlet.scanners.models.archives._MAX_SEARCHED", 500)
    whole = handmade.zipped({"data.pkl": pickle.dumps({}), "data/0": b"\0" * 5000})
    hidden = handmade.local_only("extra.pkl", handmade.PAYLOAD)
    assert judge(whole, "model.pt").verdict == "clean"
    assert judge(whole + hidden, "model.pt").verdict == "dangerous"
    unsearched = judge(whole + b"\0" * 600, "model.pt")
    assert unsearched.verdict == "incomplete"
    assert "doesn't name" in unsearched.not_looked[0].why
