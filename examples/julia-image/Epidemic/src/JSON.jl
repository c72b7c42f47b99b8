"JSON as far as a function needs it. With a package manager at hand, JSON.jl takes its place."
module JSON

export parsejson, json

mutable struct Reader
    text::String
    place::Int
end

fail(reader, wanted) = throw(ArgumentError("$wanted expected at byte $(reader.place) of the JSON"))

# The next character that is not white space, which stays; '\0' at the end.
function peekchar(reader)
    while reader.place <= ncodeunits(reader.text) && reader.text[reader.place] in (' ', '\t', '\n', '\r')
        reader.place += 1
    end
    reader.place <= ncodeunits(reader.text) ? reader.text[reader.place] : '\0'
end

function take(reader, char)
    peekchar(reader) == char || fail(reader, "'$char'")
    reader.place += 1
end

"""
    parsejson(text)

What a JSON text says: `Dict{String,Any}`, `Vector{Any}`, `String`, `Float64`, `Int`, `Bool` or `nothing`.
"""
function parsejson(text::AbstractString)
    reader = Reader(String(text), 1)
    result = value(reader, 0)
    peekchar(reader) == '\0' || fail(reader, "the end")
    result
end

function value(reader, depth)
    depth < 1000 || fail(reader, "less depth")
    char = peekchar(reader)
    if char == '{'
        result = Dict{String,Any}()
        items(reader, '{', '}') do
            peekchar(reader) == '"' || fail(reader, "a name")
            name = string(reader)
            take(reader, ':')
            result[name] = value(reader, depth + 1)
        end
        result
    elseif char == '['
        list = Any[]
        items(() -> push!(list, value(reader, depth + 1)), reader, '[', ']')
        list
    elseif char == '"'
        string(reader)
    else
        word(reader)
    end
end

function items(read, reader, first, last)
    take(reader, first)
    peekchar(reader) == last && return take(reader, last)
    while true
        read()
        peekchar(reader) == last && return take(reader, last)
        take(reader, ',')
    end
end

function word(reader)
    found = match(r"\G(?:true|false|null|(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?)", reader.text, reader.place)
    found === nothing && fail(reader, "a value")
    reader.place += ncodeunits(found.match)
    found.match == "true" && return true
    found.match == "false" && return false
    found.match == "null" && return nothing
    if found[2] === nothing && found[3] === nothing
        whole = tryparse(Int, found[1])
        whole === nothing || return whole
    end
    parse(Float64, found.match)
end

const escapes = Dict('"' => '"', '\\' => '\\', '/' => '/', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t')

function string(reader)
    take(reader, '"')
    out = IOBuffer()
    while true
        reader.place <= ncodeunits(reader.text) || fail(reader, "'\"'")
        char = reader.text[reader.place]
        reader.place = nextind(reader.text, reader.place)
        if char == '"'
            return String(take!(out))
        elseif char == '\\'
            write(out, escaped(reader))
        else
            char >= ' ' || fail(reader, "an escape")
            write(out, char)
        end
    end
end

function escaped(reader)
    char = get(reader.text, reader.place, '\0')
    reader.place = nextind(reader.text, reader.place)
    char == 'u' || return get(() -> fail(reader, "an escape"), escapes, char)
    high = hex(reader)
    0xd800 <= high < 0xe000 || return Char(high)
    # A character beyond the first 65,536 has two halves.
    high < 0xdc00 && startswith(SubString(reader.text, reader.place), "\\u") || return '\ufffd'
    reader.place += 2
    low = hex(reader)
    0xdc00 <= low < 0xe000 ? Char(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)) : '\ufffd'
end

function hex(reader)
    found = match(r"\G[0-9a-fA-F]{4}", reader.text, reader.place)
    found === nothing && fail(reader, "four hexadecimal digits")
    reader.place += 4
    parse(UInt32, found.match, base = 16)
end

"""
    json(value)

The JSON text of a value, in one line.
"""
json(value) = sprint(write, value)

write(io::IO, text::Union{Char,UInt8}) = Base.write(io, text)
write(io::IO, ::Nothing) = print(io, "null")
write(io::IO, value::Bool) = print(io, value)
write(io::IO, value::Integer) = print(io, value)
write(io::IO, value::Real) = print(io, isfinite(value) ? Float64(value) : "null")

function write(io::IO, text::AbstractString)
    print(io, '"')
    for char in text
        if char in ('"', '\\')
            print(io, '\\', char)
        elseif char < ' '
            print(io, "\\u", Base.string(UInt32(char), base = 16, pad = 4))
        else
            print(io, char)
        end
    end
    print(io, '"')
end

function write(io::IO, list::AbstractVector)
    print(io, '[')
    for (place, item) in enumerate(list)
        place == 1 || print(io, ',')
        write(io, item)
    end
    print(io, ']')
end

function write(io::IO, pairs::AbstractDict)
    print(io, '{')
    for (place, name) in enumerate(sort!(collect(keys(pairs))))
        place == 1 || print(io, ',')
        write(io, name)
        print(io, ':')
        write(io, pairs[name])
    end
    print(io, '}')
end

end
