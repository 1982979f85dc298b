"""The vocabulary as the generator of dumps takes it."""

from simulation.dumps import Words

from waarmerk.dsa import vocabulary

WORDS = Words(
    columns=vocabulary.dumps().columns,
    keywords={
        code: category.keywords
        for code, category in vocabulary.categories().items()
        if code in vocabulary.enum("category")
    },
    codes={name: tuple(codes) for name, codes in vocabulary.enums().items()},
    territories=vocabulary.territories(),
)
LIGHT = vocabulary.dumps().light_drops
