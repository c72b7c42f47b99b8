# {"sales": [{"region": "north", "amount": 12}, ...]}: the sum and the mean of each region, as JSON.
library(jsonlite)
library(data.table)

sales <- as.data.table(fromJSON(file("stdin"))$sales)
stopifnot("an event has sales with region and amount" = all(c("region", "amount") %in% names(sales)))
cat(toJSON(sales[, .(sum = sum(amount), mean = mean(amount)), keyby = region]))
