"""The grammar of TraceQL for lark, LALR(1): what Tempo 3.0 takes; `versions` refuses what 2.10 does not know.

Operators stand in flat rows; `build` groups them by how tightly they bind. Tempo's own grammar is ambiguous about
parentheses around a spanset, and settles that the way it is written here: what stands in parentheses and holds no `|`
is a spanset, and a pipeline in parentheses can only be related to others in parentheses.
"""

from typing import Final

TERMINALS: Final = (
    "LBRACE", "RBRACE", "LPAR", "RPAR", "COMMA", "PIPE", "AND", "OR", "EQUAL", "ORDER", "AT", "LIKE", "UNLIKE",
    "PLUS", "MINUS", "TIMES", "NOT", "RELATED", "STRING", "INTEGER", "FLOAT", "DURATION", "BOOL", "STATUS", "KIND",
    "NIL", "WORD", "ATTRIBUTE", "INTRINSIC", "COUNT", "AGGREGATE", "BY", "COALESCE", "SELECT", "RATE", "OVER_TIME",
    "QUANTILE", "COMPARE", "BEST", "WITH", "TAKEN",
)  # fmt: skip
GRAMMAR: Final = rf"""
%declare {" ".join(TERMINALS)}

start: search hints*
search: pipeline | combined | of_pipelines
      | (spansets | staged) PIPE metrics second* -> metrics_query

pipeline: spansets | staged
staged: opening | (spansets | staged) PIPE (spansets | opening | coalesce)
?opening: compared | group | select

spansets: spanset (_relation spanset)*
?spanset: filter | LPAR spansets RPAR -> in_parentheses
filter: LBRACE field? RBRACE
_relation: AND | OR | ORDER | UNLIKE | RELATED

combined: wrapped (_relation further)*
wrapped: LPAR (staged | combined) RPAR
further: LPAR (pipeline | combined) RPAR

of_pipelines: piped _comparison (piped | literal)
piped: pipe_value (_arithmetic pipe_value)*
?pipe_value: LPAR (spansets | staged) PIPE aggregate RPAR -> pipe_aggregate
           | LPAR piped RPAR -> in_parentheses

group: BY LPAR field RPAR
coalesce: COALESCE LPAR RPAR
select: SELECT LPAR attributes RPAR
compared: scalar _comparison scalar
_comparison: EQUAL | ORDER | AT

scalar: scalar_value (_arithmetic scalar_value)*
?scalar_value: aggregate | signed | LPAR scalar RPAR -> in_parentheses
signed: MINUS? _number
_number: INTEGER | FLOAT | DURATION
_arithmetic: PLUS | MINUS | TIMES
aggregate: COUNT LPAR RPAR | AGGREGATE LPAR field RPAR

metrics: RATE LPAR RPAR grouped? -> rate
       | OVER_TIME LPAR attribute RPAR grouped? -> over_time
       | QUANTILE LPAR attribute (COMMA (INTEGER | FLOAT))+ RPAR grouped? -> over_time
       | COMPARE LPAR filter (COMMA INTEGER (COMMA INTEGER COMMA INTEGER)?)? RPAR -> compare
grouped: BY LPAR attributes RPAR
second: PIPE BEST LPAR INTEGER RPAR -> best | _comparison signed -> kept

hints: WITH LPAR hint (COMMA hint)* RPAR
hint: WORD EQUAL literal

field: operand (_operator operand)*
_operator: AND | OR | EQUAL | ORDER | AT | LIKE | UNLIKE | PLUS | MINUS | TIMES
operand: (MINUS | NOT)* atom
?atom: literal | attribute | NIL | LPAR field RPAR -> in_parentheses
attributes: attribute (COMMA attribute)*
attribute: ATTRIBUTE | INTRINSIC
literal: STRING | INTEGER | FLOAT | DURATION | BOOL | STATUS | KIND | WORD
"""
