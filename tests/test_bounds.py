"""A printed figure is read as print writes it, or refused; its bounds hold what rounding hid."""

import math
import unicodedata
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hg_analysis.bounds import SCALES, parse_printed, rounding_bounds

numbers = st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False)
digits = st.integers(0, 3)
GROWTH, SHARE, POINTS, BILLION, PER_10000, RANK = (
    *("%", "%", "%;điểm phần trăm", "tỷ đồng", ";/vạn dân;/10.000 dân", "top;hạng"),
)
LIMITS = {
    ">": "trên|hơn|cao hơn|nhiều hơn|lớn hơn|đạt trên|trên mức|>",
    "<": "dưới|gần|thấp hơn|ít hơn|nhỏ hơn|chưa đến|chưa tới|không đầy|gần đạt|dưới mức|xuống dưới"
    "|còn dưới|ngót|<",
    ">=": "ít nhất|tối thiểu|không dưới|không ít hơn|không thấp hơn|≥|>=|đạt tối thiểu|không kém",
    "<=": "không quá|không vượt quá|tối đa|nhiều nhất|không trên|≤|<=|không cao hơn",
    "~": "khoảng|xấp xỉ|trên dưới|chừng|ước khoảng|~|≈",
    "=": "|đạt|bằng|là|ước đạt|bình quân đạt|tăng bình quân|đến nay đạt",
}
BEFORE = [(word, relation) for relation, words in LIMITS.items() for word in words.split("|")]
AFTER = [("trở lên", ">="), ("trở xuống", "<=")]
UNITS = {"tỷ đồng": ["tỷ đồng", "tỉ đồng", "Tỷ đồng", "TỶ ĐỒNG", "tỷ VNĐ", "tỷ đ"]}
UNITS |= {"người": ["người", "NGƯỜI", "người dân"], "lượt người": ["lượt người"]}
UNITS |= {"triệu đồng": ["triệu đồng", "triệu VND", "triệu đồng/người"], "ha": ["ha"]}


def vietnamese(number, decimals):
    """Write a number as a Vietnamese source prints it."""
    return f"{number:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def said(printed, symbols=""):
    """Return the number with the sign of print and of words, and its relation."""
    found = parse_printed(printed, symbols)
    return -found.number if found.minus or found.falls else found.number, found.relation


@pytest.mark.parametrize("limit", BEFORE + AFTER)
@settings(max_examples=10)
@given(
    numbers,
    digits,
    st.sampled_from(["", *SCALES, "tỉ", "ngàn", "Triệu"]),
    st.sampled_from([(symbol, form) for symbol, forms in UNITS.items() for form in forms]),
    st.sampled_from(["NFC", "NFD"]),
)
def test_known_words_number_multiplier_and_unit_give_their_product(
    limit, number, decimals, scale, unit, form
):
    (word, relation), (symbol, noun) = limit, unit
    shown = vietnamese(number, decimals)
    text = f"{shown} {scale} {noun} {word}" if limit in AFTER else f"{word} {shown} {scale} {noun}"
    found = parse_printed(unicodedata.normalize(form, text), symbol)
    times = Fraction(SCALES.get({"tỉ": "tỷ", "ngàn": "nghìn"}.get(scale, scale.lower()), 1))
    assert found.number == float(Fraction(f"{number:.{decimals}f}") * times)
    assert found.step == float(times / 10**decimals)
    assert (found.relation, found.minus, found.falls) == (relation, False, False)


LOST = "chỉ riêng,không,chưa,từ,đến,nửa,hụt,lỗ,âm mức,bội chi,kém,mất,không đạt,chưa được,vài,hàng"
LOST += ",trừ,ngoài"
LOST += ",non,tháng,quý,năm,nhiệm kỳ,quyết định,hơn cả nước,cao hơn bình quân chung,không còn,±,÷"
LOST_AFTER = ["rưỡi", "lẻ", "có lẻ", "hoặc hơn", "và hơn nữa", "trở đi", "đổ lại", "mỗi ngày"]
LOST_AFTER += ["một tháng", "theo quý", "(-)", "là cùng"]


@pytest.mark.parametrize(
    "around", [f"{word} #" for word in LOST.split(",")] + [f"# {word}" for word in LOST_AFTER]
)
@settings(max_examples=5)
@given(numbers, digits)
def test_a_word_that_changes_the_number_and_is_not_understood_is_refused(around, number, decimals):
    printed = around.replace("#", f"{vietnamese(number, decimals)} tỷ đồng")
    with pytest.raises(ValueError):
        parse_printed(printed, BILLION)


@given(numbers, digits, st.sampled_from("-−–—‒‐－"), st.sampled_from(["", " "]))
def test_every_sign_of_a_loss_is_read(number, decimals, dash, space):
    shown = vietnamese(number, decimals)
    forms = [f"{dash}{space}{shown}%", f"({dash}){space}{shown}%", f"tăng {dash}{shown}%"]
    forms += [f"âm {shown}%", f"Âm {shown} %", f"({shown}%)", f"({shown})%"]
    for text in [*forms, f"ước âm {shown}%"]:
        assert parse_printed(text, GROWTH).minus, text
    for word in ("giảm", "Giảm bình quân", "sụt giảm", "gảm", "tụt"):
        assert parse_printed(f"{word} {shown}%/năm", GROWTH).falls, word
    for word in ("giảm còn", "giảm xuống còn", "+", "tăng"):
        assert said(f"{word} {shown}%", GROWTH)[0] >= 0, word
    with pytest.raises(ValueError, match="not both"):
        parse_printed(f"giảm {dash}{shown}%", GROWTH)


READ = [
    ("1.236 nghìn người", "người", 1236000, "="),
    ("58,5 nghìn tỷ đồng", BILLION, 58500, "="),
    ("58.505.000 triệu đồng", BILLION, 58505, "="),
    ("3,5 vạn lượt người", "lượt người", 35000, "="),
    ("106.440 nghìn đồng", "triệu đồng", 106.44, "="),
    ("3 trăm triệu đồng", "triệu đồng", 300, "="),
    ("1,2 triệu triệu đồng", BILLION, 1200, "="),
    ("5nghìn tỷ đồng", BILLION, 5000, "="),
    ("3,5 tỷ USD", "triệu USD", 3500, "="),
    ("1.000 tỷ đồng mỗi năm", "tỷ đồng/năm", 1000, "="),
    ("9,24 phần trăm", GROWTH, 9.24, "="),
    ("bình quân hằng năm 3,5%", GROWTH, 3.5, "="),
    ("bình quân năm 3,5%", GROWTH, 3.5, "="),
    ("tỷ lệ hộ nghèo còn 1,48%", SHARE, 1.48, "="),
    ("tăng 3,4 điểm %", POINTS, 3.4, "="),
    ("giảm 3,4 điểm phần trăm", POINTS, -3.4, "="),
    ("1.480 tỷ đồng trên địa bàn", BILLION, 1480, "="),
    ("trên địa bàn đạt 4.400 tỷ đồng", BILLION, 4400, "="),
    ("36 giường bệnh/10.000 dân", PER_10000, 36, "="),
    ("36 giường bệnh/vạn dân", PER_10000, 36, "="),
    ("36 giường", PER_10000, 36, "="),
    ("trong top 10", RANK, 10, "<="),
    ("Xếp hạng 36", RANK, 36, "="),
    ("vượt 7,3% kế hoạch", "% kế hoạch", 7.3, "="),
    ("13 chỉ tiêu vượt", "", 13, "="),
    ("05 xã", "", 5, "="),
    ("lên tới 90%", SHARE, 90, "="),
    ("đạt từ 85% trở lên", SHARE, 85, ">="),
    ("dư nợ tín dụng 5 tỷ đồng", BILLION, 5, "="),
    ("tăng gấp 2,5 lần", ";lần", 2.5, "="),
    ("gấp đôi", "", 2, "="),
    ("doanh thu bán lẻ 5 tỷ đồng", BILLION, 5, "="),
    ("123.456.789.012.345 đồng", "đồng", 123456789012345, "="),
]
REFUSED = {
    "two numbers": ["6,5-7%", "3% - 5%", "từ 3% đến 5%", "3÷5%", "18/18", "1 và 2"],
    "from one to the other": ["giảm từ 5% xuống 3%", "tăng từ 3 lên 5%"],
    "none": ["", "x", "hàng trăm %", "hai phần ba %", "V %", "½ %", "một nửa %"],
    "another notation": ["9.24%", "1.0000%", "12.34.567%", "1,000.5%", "1.000,5,5%", "0.236%"],
    "other groups": ["1 000%", "1\u00a0000%", "1'000%", "5, 5%", "5. 000%", "1.236.00%", ".5%"],
    "other digits": ["٥%", "５%"],
    "16 digits": ["1.234.567.890.123.456%"],
    "a name": ["Covid-19%", "G7%", "A5%", "x5%", "5G%", "5x%", "1½%", "5²%", "(5 %"],
    "another unit": ["5 USD", "5 đồng", "5", "5‰", "5 điểm %", "5 phần nghìn", "5 lần %"],
    "several limits": ["khoảng trên 90%", "tối đa không dưới 3%", "> 5% trở xuống"],
    "a mark of our own": ["5 # %", "# 5%"],
    "a comparison": ["hơn cả nước 5%", "cao hơn 0,7% so với cả nước", "bằng 102,5% so với cùng kỳ"],
    "an excess": ["không tăng quá 5%", "vượt 5%", "vượt mốc 5%"],
    "a limit of two words": ["nhỏ hơn hoặc bằng 5%", "bằng hoặc lớn hơn 5%", "quá 5%"],
    "a stray multiplier": ["nghìn 5%", "5% (nghìn)", "phần nghìn 5%"],
}  # fmt: skip
REFUSED_IN = [
    *[(text, BILLION) for text in ("3,5 tỷ", "1 nghìn 5", "3 tỷ 500 triệu đồng", "5 tỷ rưỡi đồng")],
    *[(text, BILLION) for text in ("5 billion VND", "5bn đồng", "5 k tỷ đồng", "(5 tỷ đồng)")],
    *[(text, BILLION) for text in ("5 tỷ đồng nghìn", "5 tỷ USD", "5 triệu đồng/hộ", "5%")],
    *[(text, BILLION) for text in ("bình quân tháng 5 tỷ đồng", "5 tỷ đồng/tháng", "5 tỷ đồng/ha")],
    *[(text, "triệu đồng") for text in ("3,5 tr.đ", "thu nhập tháng 3,5 triệu đồng")],
    *[(text, "người") for text in ("1,5 tr người", "5 tá người", "5 ng.người", "nghìn người: 5")],
    *[(text, "người") for text in ("1.236 người/km²", "1.236 hộ", "tháng 6 người")],
    *[(text, PER_10000) for text in ("3,6 giường/nghìn dân", "3,6 giường/1.000 dân")],
    *[(text, PER_10000) for text in ("360 giường/trăm nghìn dân", "36 giường/5 dân", "36%")],
    *[(text, RANK) for text in ("ngoài top 10", "hạng 5 từ dưới lên", "thứ 3/63", "10 tỉnh")],
    *[(text, ";lần") for text in ("tăng 0,7 lần", "gấp rưỡi", "hơn gấp đôi", "tăng gấp đôi")],
    *[(text, "ha") for text in ("3,5 km²", "350 hecta", "35 công đất", "3.500 m²")],
    *[(text, "% kế hoạch") for text in ("102%", "102 kế hoạch")],
]  # fmt: skip


@pytest.mark.parametrize(("printed", "symbols", "number", "relation"), READ)
def test_print_is_read(printed, symbols, number, relation):
    assert said(printed, symbols) == (number, relation)


@pytest.mark.parametrize(
    ("printed", "symbols"), [(t, "%") for texts in REFUSED.values() for t in texts] + REFUSED_IN
)
def test_what_is_not_understood_is_refused_and_the_remedy_said(printed, symbols):
    with pytest.raises(
        ValueError,
        match=r"one |no words|notation|with its unit|in the unit|15|alone|after|basis|not in",
    ):
        parse_printed(printed, symbols)


@pytest.mark.parametrize(
    ("printed", "status"),
    [("ước đạt 5%", "estimate"), ("Ước 5%", "estimate"), ("sơ bộ 5%", "preliminary"), ("5%", "")],
)
def test_words_for_the_standing_of_a_figure_are_read(printed, status):
    assert parse_printed(printed, "%").status == status


@given(numbers, digits)
def test_bounds_hold_the_number_before_rounding_and_narrow_with_each_decimal(number, decimals):
    ends = []
    for places in (decimals, decimals + 1):
        shown = float(f"{number:.{places}f}")
        low, high = rounding_bounds(shown, 10.0**-places, "=", 0)
        assert low <= shown <= high and low - 1e-9 <= float(number) <= high + 1e-9
        ends.append(high - low)
    assert ends[1] <= ends[0] + 1e-9


@pytest.mark.parametrize(
    ("relation", "ends"),
    [
        *[(relation, (9.235, 9.245)) for relation in "=~"],
        *[(relation, (9.24, math.inf)) for relation in (">", ">=")],
        *[(relation, (0, 9.24)) for relation in ("<", "<=")],
    ],
)
def test_a_limit_leaves_one_side_open(relation, ends):
    assert rounding_bounds(9.24, 0.01, relation, 0) == ends
    assert rounding_bounds(9.24, 0, relation, 0) == ((9.24, 9.24) if relation in "=~" else ends)
