"""Lesson 03: channels, filters, bias, batch, layouts, one matrix product, counting."""
