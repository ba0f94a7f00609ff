"""Files made from the register map: `earloop spec generate` writes them."""
