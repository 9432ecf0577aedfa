namespace MnistCnn.Training;

/// <summary>A callback whose type implements every hook, but which wants only some of them called.</summary>
internal interface ISelectsHooks
{
    bool Implements(string hook);
}
