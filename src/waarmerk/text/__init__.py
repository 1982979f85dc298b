"""Words and pictures: Dutch and English catalogues, SVG plots, the page frame."""
