namespace MnistCnn.Training;

/// <summary>
/// Marks a callback that sees a hook after all others, wherever it stands in the list: what it saves then holds their state after that hook. Closing hooks run
/// in reverse, so that it is the first to see the end of a run.
/// </summary>
internal interface IRunsLast;
