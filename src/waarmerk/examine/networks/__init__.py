"""Networks: a file by digest, a card that says what goes in and comes out, one place that loads them."""
