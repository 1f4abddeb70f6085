"""A DBC file that unpacks into 172 times its size: PKWARE's "implode", of which only decoders are at hand.

The format as Mark Adler's blast.c reads it: codes go out from their highest bit, inverted; all else from the
lowest.
"""

from pathlib import Path

from aih_records import records, write_dbf

# Bits of the code of each length and of each distance, as blast.c packs them: repeats - 1, then bits.
LENGTHS = (2, 35, 36, 53, 38, 23)
DISTANCES = (2, 20, 53, 230, 247, 151, 248)
LONGEST = 518


def _codes(packed: tuple[int, ...]) -> list[str]:
    """Give the canonical code of each symbol, as it goes out."""
    widths = [each & 15 for each in packed for _ in range((each >> 4) + 1)]
    codes, code = {}, 0
    for width in range(1, max(widths) + 1):
        code <<= 1
        for symbol, own in enumerate(widths):
            if own == width:
                codes[symbol] = format(code, f"0{width}b").translate({48: 49, 49: 48})
                code += 1
    return [codes[symbol] for symbol in range(len(widths))]


def _number(value: int, width: int) -> str:
    return format(value, f"0{width}b")[::-1]


def implode_spaces(times: int) -> bytes:
    """Pack `LONGEST` spaces so many times, and one."""
    longest, nearest = _codes(LENGTHS)[15], _codes(DISTANCES)[0]
    first = "0" + _number(ord(" "), 8)
    again = "1" + longest + _number(LONGEST - 264, 8) + nearest + _number(0, 6)
    end = "1" + longest + _number(255, 8)
    bits = first + again * times + end
    bits += "0" * (-len(bits) % 8)
    return bytes([0, 6]) + int(bits[::-1], 2).to_bytes(len(bits) // 8, "little")


def write_dbc_bomb(path: Path, times: int) -> Path:
    """Write a DBC file whose header promises one record, with far more behind it."""
    whole = write_dbf(records({}), path).read_bytes()
    header = whole[: int.from_bytes(whole[8:10], "little")]
    path.write_bytes(header + bytes(4) + implode_spaces(times))
    return path
