using MnistCnn;

// Needs none.
CnnClassifier.CompileKernels();
try
{
    using CnnClassifier model = new();
    Console.WriteLine("no exception");
}
catch (TorchUnavailableException e)
{
    Console.WriteLine(e.Message);
}
