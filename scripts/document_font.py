"""Makes the two fonts of documents from Inter: the letters below, and kerning in a table that needs no shaping library."""
import sys

from fontTools import subset
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0

# Latin for the languages of Europe, Sámi and Vietnamese names among them; punctuation, and a box for any other character.
LETTERS = [
    *range(0x20, 0x7F), *range(0xA0, 0xAD), *range(0xAE, 0x149), *range(0x14A, 0x180), 0x1A0, 0x1A1, 0x1AF, 0x1B0, 0x1B7, 0x292, *range(0x1E4, 0x1EA), 0x1EE, 0x1EF,
    *range(0x218, 0x21C), 0x2BC, 0x1E9E, *range(0x1EA0, 0x1EFA), *range(0x2010, 0x2016), *range(0x2018, 0x201F), 0x2020,
    0x2022, 0x2026, 0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x20AC, 0x2116, 0x2122, *range(0x2190, 0x2194), 0x2212,
    0x2264, 0x2265, 0x25A1, 0x2713,
]
# Of 2048 units to the em; less is not seen.
LEAST = 12
# What is kerned: words, figures, and the marks around them.
KERNED = [*range(0x21, 0x7F), 0xC4, 0xC5, 0xC6, 0xD6, 0xD8, 0xE4, 0xE5, 0xE6, 0xE9, 0xF6, 0xF8, 0xAB, 0xBB, 0x2013, 0x2019, 0x201D, 0x2026]


def pairs(font):
    """What GPOS moves the first glyph of each pair by; a lookup's first subtable with the pair decides."""
    gpos, names = font["GPOS"].table, font.getBestCmap()
    kerned = [names[it] for it in KERNED if it in names]
    lookups = sorted({i for it in gpos.FeatureList.FeatureRecord if it.FeatureTag == "kern" for i in it.Feature.LookupListIndex})
    found = {}
    for index in lookups:
        lookup = gpos.LookupList.Lookup[index]
        tables = [getattr(it, "ExtSubTable", it) for it in lookup.SubTable]
        if any(it.LookupType != 2 for it in tables):
            continue
        for left in kerned:
            covering = [it for it in tables if left in it.Coverage.glyphs]
            for right in kerned:
                for table in covering:
                    value = value_of(table, left, right)
                    if value is not None:
                        if abs(value) >= LEAST:
                            found[left, right] = found.get((left, right), 0) + value
                        break
    return found


def value_of(table, left, right):
    if table.Format == 1:
        records = table.PairSet[table.Coverage.glyphs.index(left)].PairValueRecord
        for it in records:
            if it.SecondGlyph == right:
                return getattr(it.Value1, "XAdvance", 0) or 0
        return None
    record = table.Class1Record[table.ClassDef1.classDefs.get(left, 0)]
    value = record.Class2Record[table.ClassDef2.classDefs.get(right, 0)].Value1
    return getattr(value, "XAdvance", 0) or 0


def make(source, target):
    options = subset.Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    font = subset.load_font(source, options)
    chooser = subset.Subsetter(options)
    chooser.populate(unicodes=LETTERS)
    chooser.subset(font)
    kern = KernTable_format_0()
    kern.coverage, kern.version, kern.tupleIndex, kern.apple = 1, 0, None, False
    kern.kernTable = pairs(font)
    table = newTable("kern")
    table.version, table.kernTables = 0, [kern]
    for name in ("GPOS", "GSUB", "GDEF", "DSIG", "STAT", "gasp", "prep"):
        if name in font:
            del font[name]
    font["kern"] = table
    font.flavor = None
    # The same file whenever it is made.
    font.recalcTimestamp = False
    font.save(target)
    print(target, len(font.getGlyphOrder()), "glyphs", len(kern.kernTable), "pairs")


make(sys.argv[1], sys.argv[2])
