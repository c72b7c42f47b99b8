# A worker: a line is an event with its headers, {"event", "context"}; the answer is a line. Its first line says that it is ready.
pushfirst!(LOAD_PATH, @__DIR__)
using Epidemic

init()
println("ready")
flush(stdout)
for line in eachline(stdin)
    answer = try
        envelope = parsejson(line)
        handle_event(envelope["event"], envelope["context"])
    catch problem
        message = problem isa ArgumentError ? problem.msg : sprint(showerror, problem)
        Dict("errorType" => string(nameof(typeof(problem))), "errorMessage" => message)
    end
    println(json(answer))
    flush(stdout)
end
