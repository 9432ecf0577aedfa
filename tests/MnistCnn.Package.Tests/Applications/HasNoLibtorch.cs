using MnistCnn;
using MnistCnn.Models;

try
{
    using CnnClassifier model = new();
    Console.WriteLine("no exception");
}
catch (TorchUnavailableException e)
{
    Console.WriteLine(e.Message);
}
