"""The tariff laboratory: any past period priced by another tariff or bought from another carrier. It changes nothing."""
