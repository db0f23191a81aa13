"""The pictures that scripts/plot draws: one module a figure, besides `data`
(reading what aiosim wrote) and `style` (how all figures look)."""
