from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol import gatt
from firmware_protocol.messages import PROTOCOL_MAJOR, Role

adverts = st.builds(
    gatt.Advert,
    st.integers(0, 255),
    st.integers(0, 255),
    st.integers(0, 0xFFFFFFFF),
    st.none() | st.integers(0, 100),
)


@given(adverts)
def test_what_is_advertised_is_understood(advert: gatt.Advert) -> None:
    first, response = gatt.advertising_data(advert), gatt.scan_response(advert)
    assert max(len(first), len(response)) <= gatt.AD_MAX_BYTES
    assert gatt.parse_raw(first + response) == advert
    without_response = gatt.Advert(advert.major, advert.role, advert.short_id)
    assert gatt.parse_raw(first) == without_response
    assert gatt.parse_advert(gatt.manufacturer_data(advert)) == without_response


@given(st.binary(max_size=62))
def test_no_bytes_are_taken_for_a_node_or_raise(packet: bytes) -> None:
    ours = UUID(gatt.SERVICE_UUID).bytes[::-1] in packet
    assert gatt.parse_raw(packet) is None or ours


def test_others_are_not_ours() -> None:
    assert gatt.parse_advert({}) is None
    assert gatt.parse_advert({0x0886: bytes(6)}) is None
    assert gatt.parse_advert({gatt.COMPANY_ID: bytes(5)}) is None
    advert = gatt.Advert(1, Role.SACRUM, 7)
    other_service = gatt.advertising_data(advert).replace(b"\xeb\x74\x23", b"\xeb\x74\x24")
    assert gatt.parse_raw(other_service) is None
    assert gatt.parse_raw(gatt.advertising_data(advert)[:-1]) is None


def test_an_incompatible_node_is_refused_before_connecting() -> None:
    assert gatt.Advert(PROTOCOL_MAJOR, 0, 7).refusal() is None
    assert "update the program" in (gatt.Advert(PROTOCOL_MAJOR + 1, 0, 7).refusal() or "")
    assert "update the sensor's firmware" in (gatt.Advert(PROTOCOL_MAJOR - 1, 0, 7).refusal() or "")


@pytest.mark.parametrize(("role", "name"), [(1, "knee_left"), (0, "unassigned"), (99, "role 99")])
def test_a_role_has_a_name(role: int, name: str) -> None:
    assert gatt.Advert(1, role, 7).role_name == name


def test_identity_is_what_is_printed_on_the_node() -> None:
    advert = gatt.Advert(1, 0, 0x89ABCDEF)
    assert advert.label == "89ABCDEF"
    assert b"GaitNode-89ABCDEF" in gatt.scan_response(advert)
