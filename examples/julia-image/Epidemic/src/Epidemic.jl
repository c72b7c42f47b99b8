"The course of an epidemic (the SIR model), by Runge and Kutta's method of the fourth order."
module Epidemic

include("JSON.jl")
using .JSON

export init, handle_event, parsejson, json

const hour = 1 / 24

"Compiles what an event needs, by one that needs all of it. Called once, in Lambda's init."
function init()
    json(handle_event(parsejson("""{"beta":0.3,"gamma":0.1,"days":2}"""), Dict{String,Any}()))
    nothing
end

"""
    handle_event(event, headers)

Answers an event `{"beta", "gamma", "days"}`: infections and recoveries of an infected person per day, and for how long.

`headers` is what Lambda says of the invocation: `requestId`, `deadlineMs` and so on.
"""
function handle_event(event, headers)
    beta, gamma = rate(event, "beta"), rate(event, "gamma")
    days = get(event, "days", 365)
    days isa Int && 0 < days <= 100_000 || throw(ArgumentError("days is not a number from 1 to 100000"))
    susceptible, infected, peak, peaktime = 1 - 1e-6, 1e-6, 1e-6, 0
    for step in 1:24days
        susceptible, infected = advance(susceptible, infected, beta, gamma, hour)
        if infected > peak
            peak, peaktime = infected, step
        end
    end
    haskey(headers, "requestId") && println(stderr, "computed $(24days) hours for ", headers["requestId"])
    Dict("peak" => round(peak, digits = 6), "peakDay" => cld(peaktime, 24), "ever" => round(1 - susceptible, digits = 6))
end

function rate(event, name)
    value = event isa AbstractDict ? get(event, name, nothing) : nothing
    value isa Real && !(value isa Bool) && 0 <= value <= 10 || throw(ArgumentError("$name is not a number from 0 to 10"))
    Float64(value)
end

slope(s, i, beta, gamma) = (-beta * s * i, beta * s * i - gamma * i)

function advance(s, i, beta, gamma, h)
    s1, i1 = slope(s, i, beta, gamma)
    s2, i2 = slope(s + h / 2 * s1, i + h / 2 * i1, beta, gamma)
    s3, i3 = slope(s + h / 2 * s2, i + h / 2 * i2, beta, gamma)
    s4, i4 = slope(s + h * s3, i + h * i3, beta, gamma)
    s + h / 6 * (s1 + 2s2 + 2s3 + s4), i + h / 6 * (i1 + 2i2 + 2i3 + i4)
end

end
