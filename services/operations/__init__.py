"""Operations turns a paid order into a parcel at the customer's door.

What we owe
- to sales: acceptance or return of each order with what is missing, the day that it can ship, and
  a word when stock is missing, with the day that it is expected
- to support: where each parcel is, so that a customer can be told
- to the customer: the parcel, complete, to the right address, by the promised date

What we need
- from sales: complete orders, and amendments and cancellations before the parcel leaves
- from finance: approval of the payment in time, because nothing unpaid ships
"""
