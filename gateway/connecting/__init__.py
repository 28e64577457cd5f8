"""Meeting an exchange for the first time: what arrives is shown, kept, and told what it is (docs/pbx/connect.md)."""
