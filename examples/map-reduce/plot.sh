#!/bin/sh
# plot.sh TITLE: reads lines "mappers seconds", writes a picture (SVG) of the time against the mappers.
exec awk -v title="$1" '
    { mappers[NR] = $1; seconds[NR] = $2; if ($2 > most) most = $2 }
    function x(place) { return 70 + (NR > 1 ? (place - 1) * 500 / (NR - 1) : 250) }
    function y(time) { return 270 - time * 200 / top }
    END {
        step = 1
        while (most / step > 5) step *= (step ~ /^1/ ? 2 : step ~ /^2/ ? 2.5 : 2)
        top = step * (int(most / step) + 1)
        print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"330\" viewBox=\"0 0 640 330\" role=\"img\">"
        print "<title>" title "</title>"
        print "<style>"
        print "    text { font: 13px -apple-system, BlinkMacSystemFont, \"Segoe UI\", \"Noto Sans\", Helvetica, Arial, sans-serif; fill: #1f2328; }"
        print "    .card { fill: #ffffff; stroke: #d1d9e0; } .grid { stroke: #d1d9e0; } .minor { fill: #59636e; } .title { font-weight: 600; }"
        print "    .line { fill: none; stroke: #f05138; stroke-width: 2; } .dot { fill: #f05138; }"
        print "    @media (prefers-color-scheme: dark) {"
        print "        text { fill: #f0f6fc; } .card { fill: #0d1117; stroke: #3d444d; } .grid { stroke: #2f363d; } .minor { fill: #9198a1; }"
        print "    }"
        print "</style>"
        print "<rect class=\"card\" x=\"0.5\" y=\"0.5\" width=\"639\" height=\"329\" rx=\"8\"/>"
        print "<text class=\"title\" x=\"24\" y=\"32\">" title "</text>"
        for (time = 0; time <= top; time += step) {
            printf "<line class=\"grid\" x1=\"60\" x2=\"600\" y1=\"%.1f\" y2=\"%.1f\"/>\n", y(time), y(time)
            printf "<text class=\"minor\" x=\"50\" y=\"%.1f\" text-anchor=\"end\">%g s</text>\n", y(time) + 4, time
        }
        for (place = 1; place <= NR; place++) {
            points = points sprintf(" %.1f,%.1f", x(place), y(seconds[place]))
            printf "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>\n", x(place), y(seconds[place])
            printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.1f</text>\n", x(place), y(seconds[place]) - 10, seconds[place]
            printf "<text class=\"minor\" x=\"%.1f\" y=\"292\" text-anchor=\"middle\">%d</text>\n", x(place), mappers[place]
        }
        print "<polyline class=\"line\" points=\"" substr(points, 2) "\"/>"
        print "<text class=\"minor\" x=\"320\" y=\"314\" text-anchor=\"middle\">mappers</text>"
        print "</svg>"
    }'
