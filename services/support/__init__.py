"""Support answers customers, and carries what they say to the department that can help.

What we owe
- to the customer: a first answer in time, the date of a refund, and the new date before the old
  one passes
- to finance: refunds with amount, reason and the date that the customer was promised
- to sales and operations: what customers say of them: complaints, reviews, causes of cases

What we need
- from sales: orders and their dates, as soon as the customer knows them
- from operations: where a parcel is
- from finance: a decision on each refund, and its payment, before the promised date
"""
