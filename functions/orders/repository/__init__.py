"""Orders in DynamoDB, raw deliveries in S3. The only AWS user of the area."""
