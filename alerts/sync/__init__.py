"""What is wrong with Ploomes and Milvus in step, by the last run of each flow."""
