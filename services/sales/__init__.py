"""Sales turns a wish into an order with a date.

What we owe
- to operations: orders that are complete (lines, address, date) when they are placed, amendments
  before picking starts, cancellations before the parcel leaves
- to finance: a total that is the sum of its lines, and a new one with each amendment
- to support: the date that the customer was given, and each change of it
- to the customer: delivery by the promised date

What we need
- from operations: acceptance or return of each order, and the day that it can ship
- from finance: approval of payments in time for the promised date
"""
