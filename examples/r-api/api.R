# POST {"x": [...], "y": [...]}: the line through the points, by least squares. A worker: R starts once and
# says that it is ready, each event is a line.
library(jsonlite)

# A function URL sends the body as it is, or in base64 where its type is not text.
body <- function(event) {
    if (isTRUE(event$isBase64Encoded)) rawToChar(base64_dec(event$body)) else event$body
}

fit <- function(text) {
    points <- fromJSON(text)
    stopifnot("x and y are arrays of numbers" = is.numeric(points$x) && is.numeric(points$y),
              "x and y have the same length, 2 at least" = length(points$x) == length(points$y) && length(points$x) > 1)
    line <- lm(y ~ x, points)
    list(intercept = line$coefficients[["(Intercept)"]], slope = line$coefficients[["x"]])
}

# The response as Lambda wants it of a function behind HTTP. What is wrong with a request is a 400, and not a failure.
answer <- function(event) {
    result <- tryCatch(list(200, fit(body(event))), error = function(e) list(400, list(message = conditionMessage(e))))
    list(statusCode = result[[1]], headers = list("Content-Type" = "application/json"),
         body = toJSON(result[[2]], auto_unbox = TRUE, digits = 6))
}

events <- file("stdin", "r")
cat("ready\n")
while (length(line <- readLines(events, n = 1)))
    cat(toJSON(answer(fromJSON(line, simplifyVector = FALSE)), auto_unbox = TRUE), "\n", sep = "")
