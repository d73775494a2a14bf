"""Finance turns an order into money, and money that is due back into a refund.

What we owe
- to operations: a decision on each payment, with the day by which the order may ship
- to support: a decision on each refund that a customer was promised, and the payment in time
- to sales: an answer to each discount that they ask for
- to the customer: an invoice that matches the order, and a correction where it did not

What we need
- from sales: orders with their total before the payment comes, amendments, cancellations
- from support: refunds with amount, reason and the date that the customer was promised
"""
