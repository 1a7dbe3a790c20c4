"""Tables of scenarios: many rows, each with a curve, an SLA and a demand of its own, sized together."""
