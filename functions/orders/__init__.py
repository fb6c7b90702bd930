"""Taking orders in and the order desk."""
