#!/usr/bin/env escript
%% -*- erlang -*-
%%! -kernel logger_level none
%% Plays the scenarios of a file on OTP's own supervisor and prints what happened, in the format of answers.txt.
%% Usage: escript supervisor.escript scenarios.txt
-mode(compile).
-export([init/1, start_worker/2, worker/1]).

-record(child, {path, restart, fails = [], strategy = none}).
-record(scenario, {name, root, children = [], crashes = []}).

main([File]) ->
    process_flag(trap_exit, true),
    ets:new(notes, [named_table, public, ordered_set]),
    ets:new(starts, [named_table, public]),
    {ok, Text} = file:read_file(File),
    lists:foreach(fun play/1, parse(string:split(binary_to_list(Text), "\n", all))).

%% --- the scenario file -----------------------------------------------------------------------------------------------

parse(Lines) ->
    Found = lists:foldl(fun(Line, Acc) -> parse(string:lexemes(Line, " "), Acc) end, [], Lines),
    lists:reverse([S#scenario{children = lists:reverse(S#scenario.children), crashes = lists:reverse(S#scenario.crashes)}
                   || S <- Found]).

parse([], Acc) -> Acc;
parse(["#" | _], Acc) -> Acc;
parse(["scenario" | Name], Acc) -> [#scenario{name = lists:join(" ", Name)} | Acc];
parse(["root" | Flags], [S | Rest]) -> [S#scenario{root = flags(Flags)} | Rest];
parse(["child", Path, Restart | More], [S | Rest]) ->
    Child = child(More, #child{path = path(Path), restart = list_to_atom(Restart)}),
    [S#scenario{children = [Child | S#scenario.children]} | Rest];
parse(["crash", Path, How], [S | Rest]) ->
    [S#scenario{crashes = [{path(Path), list_to_atom(How)} | S#scenario.crashes]} | Rest];
%% What our own tree answers where it differs is not Erlang's business.
parse([Word | _], Acc) when Word =:= "differs"; Word =:= "ours" -> Acc.

child([], Child) -> Child;
child(["fails" | Numbers], Child) -> Child#child{fails = [list_to_integer(N) || N <- Numbers]};
child(Flags, Child) -> Child#child{strategy = flags(Flags)}.

flags([Strategy, Intensity, Period]) ->
    #{strategy => list_to_atom(Strategy), intensity => list_to_integer(Intensity), period => list_to_integer(Period)}.

path(Text) -> string:lexemes(Text, "/").

%% --- the supervisors and their workers -------------------------------------------------------------------------------

init({Flags, Specs}) -> {ok, {Flags, Specs}}.

%% The children directly below a path.
specs(Above, Children) -> [spec(Child, Children) || #child{path = Path} = Child <- Children, lists:droplast(Path) =:= Above].

spec(#child{path = Path, restart = Restart, strategy = none, fails = Fails}, _) ->
    #{id => lists:last(Path), restart => Restart, start => {?MODULE, start_worker, [Path, Fails]}};
spec(#child{path = Path, restart = Restart, strategy = Flags}, Children) ->
    Start = {supervisor, start_link, [?MODULE, {Flags, specs(Path, Children)}]},
    #{id => lists:last(Path), restart => Restart, type => supervisor, start => Start}.

start_worker(Path, Fails) ->
    Number = ets:update_counter(starts, Path, 1, {Path, 0}),
    case lists:member(Number, Fails) of
        true -> {error, not_yet};
        false -> proc_lib:start_link(?MODULE, worker, [Path])
    end.

worker(Path) ->
    process_flag(trap_exit, true),
    [Parent | _] = get('$ancestors'),
    note("+", Path),
    proc_lib:init_ack({ok, self()}),
    receive
        {'EXIT', Parent, shutdown} -> note("-", Path), exit(shutdown);
        {'EXIT', Parent, Reason} -> exit(Reason);
        normal -> exit(normal);
        shutdown -> exit(shutdown);
        error -> exit(it_failed);
        panic -> erlang:error(it_panicked)
    end.

note(Sign, Path) -> ets:insert(notes, {erlang:unique_integer([monotonic]), Sign ++ lists:join("/", Path)}).

%% What happened since the last line, which it is printed on.
print(Words) ->
    Notes = [Note || {_, Note} <- ets:tab2list(notes)],
    ets:delete_all_objects(notes),
    io:format("~s~n", [lists:join(" ", Words ++ Notes)]).

%% --- playing ---------------------------------------------------------------------------------------------------------

play(#scenario{name = Name, root = Flags, children = Children, crashes = Crashes}) ->
    ets:delete_all_objects(starts),
    print(["scenario", Name]),
    Started = supervisor:start_link(?MODULE, {Flags, specs([], Children)}),
    print(["begin"]),
    case Started of
        {error, _} -> print(["end not started"]);
        {ok, Root} -> finish(Root, lists:foldl(fun crash/2, Root, Crashes), Children)
    end,
    io:format("~n").

finish(_, gave_up, _) -> print(["end gave up"]);
finish(Root, Root, Children) ->
    Workers = [Path || #child{path = Path, strategy = none} <- Children],
    print(["end alive" | [lists:join("/", Path) || Path <- Workers, is_pid(pid(Root, Path))]]),
    Monitor = monitor(process, Root),
    exit(Root, shutdown),
    receive {'DOWN', Monitor, process, Root, _} -> ok end,
    print(["stop"]).

crash(_, gave_up) -> gave_up;
crash({Path, How}, Root) ->
    [Pid | Above] = lineage(Root, Path),
    case How of
        kill -> exit(Pid, kill);
        _ -> Pid ! How
    end,
    Outcome = settle(Pid, Above),
    print([lists:join("/", Path), atom_to_list(How)]),
    case Outcome of gave_up -> gave_up; settled -> Root end.

%% A node's process and those above it, the root last.
lineage(Root, Path) -> lists:reverse([pid(Root, lists:sublist(Path, N)) || N <- lists:seq(0, length(Path))]).

pid(Pid, []) -> Pid;
pid(Sup, [Id | Below]) when is_pid(Sup) ->
    case lists:keyfind(Id, 1, supervisor:which_children(Sup)) of
        {Id, Pid, _, _} -> pid(Pid, Below);
        false -> undefined
    end;
pid(Gone, _) -> Gone.

%% Waits until the nearest supervisor that survives has dealt with the end of its child.
settle(_, []) -> gave_up;
settle(Old, [Sup | Above]) ->
    try supervisor:which_children(Sup) of
        Children ->
            case [Pid || {_, Pid, _, _} <- Children, Pid =:= Old orelse Pid =:= restarting] of
                [] -> settled;
                _ -> timer:sleep(1), settle(Old, [Sup | Above])
            end
    catch
        exit:_ ->
            Monitor = monitor(process, Sup),
            receive {'DOWN', Monitor, process, Sup, _} -> settle(Sup, Above) end
    end.
