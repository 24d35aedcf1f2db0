"""What all pages share: templates, their style, and what is done to foreign markup."""
