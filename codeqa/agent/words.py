"""Words with which code is described: what of them a line of code can show, and by what."""

from __future__ import annotations

import re

from codeqa import terms

_GENERIC = """
    accept access act action actual additional already another apply appropriate argument associated available back base
    based basic behavior behaviour block body built case class code come complete component contain content correspond
    corresponding current data define defined definition depend describe detail different directly do done element
    entire every example existing expect expression field file final first follow following form format found full
    function further general generally given go helper here hold implement implementation implemented indicate
    individual information inside instance instead internally invoke involve item keep kind known last level like
    line logic main make manage mean member method module name named necessary need new next note now number object
    occur operation order original otherwise own package parameter particular perform piece place point possible
    present previous process produce program property provide provided purpose put refer reference related relevant
    repository represent respective respectively responsible result role run same section see serve several show simple
    simply single specific specified specify start state statement step still string structure supply syntax
    take thus together turn type underlying use used using value variable various version way whole work once well
    whatever whenever upon onto toward towards during per rather even else both again whose thereby hence
    therefore namely certain few many less least later early earlier immediately explicitly respectively either neither
    respect regard term sort part side end begin give handler long left remain up
"""
GENERIC = frozenset(terms.stem(word) for word in _GENERIC.split())
"""Words, stemmed, that say what any code may be said to do."""

_TELLING = "say state read comment docstring documentation document message text note describe quote print report log"
TELLING = frozenset(terms.stem(word) for word in _TELLING.split())
"""Words, stemmed, that introduce a quote."""

_SPEAKERS = "comment docstring documentation document message text note line string log"
SPEAKERS = frozenset(terms.stem(word) for word in _SPEAKERS.split())
"""Words, stemmed, for what may say words: nobody else is quoted."""

_JUDGING = """
    safe unsafe safely secure insecure securely security correct incorrect correctly audit review approve trust
    trusted untrusted tested untested verified certified guarantee reliable unreliable robust stable unstable
    efficient inefficient fast slow faster slower optimal deprecated obsolete experimental official production
    ready broken vulnerable vulnerability malicious harmless dangerous compliant recommend best perfect bug
    bugfree flawless thread-safe threadsafe atomic idempotent legacy proper properly important critical
"""
JUDGING = frozenset(terms.stem(word) for word in _JUDGING.split())
"""Words, stemmed, for what no line shows unless it has the word: verdicts on code."""

_SHAPES = (  # words, and the syntax that stands for them in one language or another
    ("return yield", r"\b(?:return|yield)\b|->|=>|^\s*[\w.!?]+\s*$"),
    (
        "raise throw panic",
        r"\b(?:raise|throw|panic|error|die|abort|Err)\b|\w*(?:Error|Exception)\b|Errorf",
    ),
    ("fail error exception reject", r"(?i)\b(?:raise|throw|panic|die|abort|exit|err)\b|err(?:or)?|exception|fail"),
    (
        "check whether condition conditional conditionally unless branch",
        r"\b(?:if|unless|case|switch|match|when|guard|assert|elif)\b|\?|&&|\|\|",
    ),
    (
        "loop iterate repeat repeatedly each traverse walk",
        r"\b(?:for|foreach|while|until|loop|each|map|forEach|iter|do)\b",
    ),
    ("call pass delegate", r"\w\s*[!?]?\(|\w \w|\.\w+"),
    ("assign set store save initialize initialise keep update record", r"(?<![=!<>])=(?!=)|:=|<-"),
    ("increment plus sum increase", r"\+|add|<<|sum"),
    ("add append", r"\+|<<|\.\w+\("),
    ("decrement subtract minus decrease", r"-"),
    ("multiply product double", r"\*"),
    ("divide quotient half", r"/|>>"),
    ("remainder modulo", r"%|mod|rem"),
    ("equal match compare", r"==|\beq|-eq|equals?|\bis\b|<=>|\bcase\b|match"),
    ("greater more exceed larger above longer bigger", r">|-g[te]\b"),
    ("less smaller below fewer shorter", r"<|-l[te]\b"),
    ("positive negative", r"[<>]=?\s*0"),
    ("empty", r"(?i)empty|\blen|\bnot\b|!|\.size|\.length|-[zn]\b|''|\"\"|\[\]|\{\}"),
    ("none null nil missing absent unset undefined", r"None|null|NULL|nil|undefined|NotFound|!\w|not "),
    ("true", r"(?i)\btrue\b"),
    ("false", r"(?i)\bfalse\b"),
    ("boolean", r"(?i)\btrue\b|\bfalse\b|bool|==|!=|[<>]|\b(?:is|in|not|isinstance|instanceof|any|all)\b|&&|\|\||!"),
    ("import include", r"\b(?:import|include|require|use|using|from)\b"),
    ("create construct instantiate build allocate", r"\bnew\b|[A-Z]\w*\s*[({]|::new|make|alloc|\w+\("),
    ("inherit extend subclass derive", r"\bclass\b|\bextends\b|\bimplements\b|:|<"),
    ("catch handle", r"\b(?:except|catch|rescue|recover|ensure|finally)\b|err"),
    ("await asynchronous asynchronously wait", r"\b(?:await|async|go|chan|join|wait|sleep)\b|<-"),
    ("delete remove discard drop free", r"\bdel\b|(?i:delete|remove|pop|free|drop|discard|unset|rm\b)"),
    ("default fallback", r"="),
    ("list array sequence index", r"\[|\]"),
    ("dictionary hash mapping table", r"\{|\[|dict|map|table"),
    ("character", r"char|['\"]|rune|\[\w+\]"),
    ("constant", r"\bconst\b|\b[A-Z][A-Z0-9_]{2,}\b|\bfinal\b|\bstatic\b"),
    ("static", r"\bstatic\b|\bconst\b"),
    ("public private", r"\b(?:public|private|pub|export|_\w+)\b"),
    ("generator", r"\byield\b"),
    ("decorate decorator annotation", r"^\s*@"),
    ("zero", r"\b0\b"),
    ("stop quit exit", r"\b(?:exit|break|return|stop|quit|abort|die)\b"),
    ("skip", r"\b(?:continue|next|pass|skip)\b"),
)
SHAPES = {terms.stem(word): re.compile(pattern, re.M) for words, pattern in _SHAPES for word in words.split()}
"""Stem of a word → what code looks like that does it. What shows here refutes nothing, and carries little."""

_SHORT = """
    dir=directory msg=message req=request res=response ctx=context cfg=config err=error num=number str=string len=length
    idx=index ptr=pointer buf=buffer tmp=temporary arg=argument args=argument env=environment fn=function func=function
    pos=position src=source dst=destination dest=destination prev=previous max=maximum min=minimum cnt=count db=database
    pwd=password passwd=password id=identifier addr=address attr=attribute auth=authenticate cmd=command conn=connection
    col=column char=character decl=declaration doc=document elem=element expr=expression ext=extension fmt=format
    hdr=header img=image impl=implementation info=information iter=iterator lib=library mem=memory mod=module obj=object
    opt=option param=parameter pkg=package pid=process prop=property ref=reference repo=repository resp=response
    ret=return sem=semaphore sep=separator seq=sequence sig=signature stmt=statement sub=subtract sync=synchronize
    sz=size tbl=table txt=text usr=user util=utility val=value var=variable vec=vector ver=version win=window
    abs=absolute rel=relative del=delete mkdir=directory calc=calculate eq=equal gen=generate init=initialize
    exec=execute cap=capacity cur=current curr=current lhs=left rhs=right sqrt=root pow=power rand=random rng=random
    ts=timestamp
"""
SHORT: dict[str, frozenset[str]] = {}
for _pair in _SHORT.split():
    _key, _, _long = _pair.partition("=")
    SHORT[terms.stem(_long)] = SHORT.get(terms.stem(_long), frozenset()) | {terms.stem(_key), _key}

KEYWORDS = frozenset(
    """
    pass def class in is as with from import if else elif for while try except finally raise return yield lambda
    global nonlocal assert del not and or function fn func fun let var const static final public private
    protected new this self super void int char long short float double bool boolean string unsigned signed
    struct enum union typedef package interface extends implements throws throw catch switch case default break
    continue do end then begin local nil null none true false undefined async await export type impl trait pub
    mut use mod match where loop echo print fi esac done auto template typename namespace using virtual override
    abstract sealed object val go defer range chan map select
    """.split()
)
"""Words of syntax, in lower case: that a line has one says nothing of what the line is about."""


def is_shown(stem: str, code: str) -> bool:
    """Tell whether a word is one for syntax that the code has."""
    shape = SHAPES.get(stem)
    return shape is not None and shape.search(code) is not None
