"""Whatever a wire, a tariff folder or a configuration may hold: no crash, no hang, no growth, and the laws of each reader."""
